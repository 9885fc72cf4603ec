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
const NEXT_HIGH: Table = [
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

static CONSTANTS: [Table; 5] = [[0x0f; WIDTH], NEXT_HIGH, [0xa0; WIDTH], [EF; WIDTH], LEAD_HIGH];

/// What tells by the second byte whether a lead that is in some sets is irregular.
pub struct SecondBytes {
    nibble: Bytes16,
    high: Bytes16,
    xa0: Bytes16,
    ef: Bytes16,
    low: Bytes16,
}

impl SecondBytes {
    #[inline(always)]
    pub unsafe fn load(low: &'static Table) -> Self {
        let [nibble, high, xa0, ef, _] = Bytes16::load_rows(&CONSTANTS);
        Self { nibble, high, xa0, ef, low: Bytes16::load(low.as_ptr()) }
    }

    /// The first irregular lead of the block at `from`, whose leads are in `sets`; `WIDTH` if there is none. Two bytes
    /// beyond the block are read.
    #[inline(always)]
    pub unsafe fn first(&self, from: *const u8, sets: Bytes16) -> u32 {
        let next = Bytes16::load(from.add(1));
        // EF BC has mappings from the third byte A1 on; the fullwidth punctuation before that is frequent.
        let punctuation = Bytes16::load(from.add(2)).less(self.xa0).and(self.ef);
        sets.and(self.high.lookup(next.high_nibble(self.nibble)))
            .and(self.low.lookup(next.and(self.nibble)))
            .and_not(punctuation)
            .first_nonzero()
    }
}

/// The first irregular lead of the block at `from`, for rules whose text has few leads to look at.
#[inline(always)]
pub unsafe fn first(from: *const u8, bytes: Bytes16, lead_low: &'static Table, next_low: &'static Table) -> u32 {
    let seconds = SecondBytes::load(next_low);
    let sets = Bytes16::load(CONSTANTS[4].as_ptr())
        .lookup(bytes.high_nibble(seconds.nibble))
        .and(Bytes16::load(lead_low.as_ptr()).lookup(bytes.and(seconds.nibble)));
    if sets.any() {
        seconds.first(from, sets)
    } else {
        WIDTH as u32
    }
}
