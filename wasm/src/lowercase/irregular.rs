//! Which leads a block has no rule for. A lead belongs to up to eight sets by its two halves; a set asks for the halves
//! of the second byte too. All four tables have to agree on a set.

use crate::vector::{Bytes16, WIDTH};

// The sets. Second bytes are those of sequences that have a mapping, or a few more.
pub const C: u8 = 1; // two-byte leads Cx: any second byte
pub const D: u8 = 2; // two-byte leads Dx: any second byte
pub const E1: u8 = 4;
pub const E2_LOW: u8 = 8;
pub const E2_HIGH: u8 = 16;
pub const EA: u8 = 32;
pub const EF: u8 = 64;
pub const F0: u8 = 128;
const TWO: u8 = C | D;

pub type Table = [u8; WIDTH];

/// Sets that a lead may be in, by its upper half.
pub const LEAD_HIGH: Table = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C, D, E1 | E2_LOW | E2_HIGH | EA | EF, F0];

/// Sets that a lead may be in, by its lower half; `c` and `d` have a bit for each lower half of such two-byte leads.
pub const fn lead_low(c: u16, d: u16) -> Table {
    let mut table = [0; WIDTH];
    table[0x0] = F0;
    table[0x1] = E1;
    table[0x2] = E2_LOW | E2_HIGH;
    table[0xa] = EA;
    table[0xf] = EF;
    let mut low = 0;
    while low < WIDTH {
        if c >> low & 1 == 1 {
            table[low] |= C;
        }
        if d >> low & 1 == 1 {
            table[low] |= D;
        }
        low += 1;
    }
    table
}

/// Sets that ask for a second byte with this upper half.
pub const NEXT_HIGH: Table = [
    TWO,
    TWO,
    TWO,
    TWO,
    TWO,
    TWO,
    TWO,
    TWO,
    TWO | E1 | E2_LOW,
    TWO | E2_LOW | EA | F0,
    TWO,
    TWO | E1 | E2_HIGH | EF,
    TWO,
    TWO,
    TWO,
    TWO,
];

/// Sets that ask for a second byte with this lower half; `e1` has a bit for each lower half that E1 asks for.
pub const fn next_low(e1: u16) -> Table {
    let mut table = [
        E2_HIGH | F0,
        E2_HIGH | F0,
        E2_LOW | E2_HIGH,
        E2_LOW | E2_HIGH,
        E2_LOW,
        E2_LOW,
        E2_LOW | F0,
        0,
        0,
        EA,
        EA,
        0,
        EA | EF,
        EA,
        EA | F0,
        EA,
    ];
    let mut low = 0;
    while low < WIDTH {
        table[low] |= TWO;
        if e1 >> low & 1 == 1 {
            table[low] |= E1;
        }
        low += 1;
    }
    table
}

pub struct IrregularLeads {
    pub lead_high: Bytes16,
    pub lead_low: Bytes16,
    pub next_high: Bytes16,
    pub next_low: Bytes16,
    /// A0 in each byte.
    pub xa0: Bytes16,
    /// The set EF in each byte.
    pub ef: Bytes16,
}

impl IrregularLeads {
    /// Where in the block at `from` the first irregular lead is. `high` and `low` are the halves of the block's bytes,
    /// `nibble` is 0F in each byte. Two bytes beyond the block are read.
    #[inline(always)]
    pub unsafe fn find(&self, from: *const u8, high: Bytes16, low: Bytes16, nibble: Bytes16) -> Option<u32> {
        let sets = self.lead_high.lookup(high).and(self.lead_low.lookup(low));
        if !sets.any() {
            return None;
        }
        let next = Bytes16::load(from.add(1));
        // EF BC has mappings from the third byte A1 on; the fullwidth punctuation before that is frequent.
        let punctuation = Bytes16::load(from.add(2)).less(self.xa0).and(self.ef);
        let irregular = sets
            .and(self.next_high.lookup(next.high_nibble(nibble)))
            .and(self.next_low.lookup(next.and(nibble)))
            .and_not(punctuation)
            .nonzero();
        if irregular == 0 {
            None
        } else {
            Some(irregular.trailing_zeros())
        }
    }
}
