//! Armenian and the supplement of Cyrillic: the leads D4 and D5 (U+0500-057F).

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, SecondBytes, Table};
use super::rows::{classes, kinds, ROW_OF_HALF};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

// Classes of capitals.
const EVEN: u8 = 1; // U+0500-052E
const D5_8: u8 = 2; // U+0540-054F
const D4_B: u8 = 4; // U+0531-053F; D4 becomes D5 before these
const D5_9: u8 = 8; // U+0550-0556; D5 becomes D6 before these

const D4_B_SET: u16 = 0xfffe;
const D5_9_SET: u16 = 0x007f;
const CLASSES: Table = classes([(EVEN, 0x5555), (D5_8, 0xffff), (D4_B, D4_B_SET), (D5_9, D5_9_SET)]);
#[rustfmt::skip]
const ROWS: Table = [
    EVEN, EVEN, EVEN, D4_B, // D4
    D5_8, D5_9, 0, 0, // D5
    0, 0, 0, 0,
    0, 0, 0, 0,
];
/// What to add, by the class.
const SHIFTS: Table = [0, 1, 0x30, 0, 0xf0, 0, 0, 0, 0xf0, 0, 0, 0, 0, 0, 0, 0];

/// C3-C9, CD-CF; D0-D3
const LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1111_1000, 0b0000_1111);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);

static CONSTANTS: [Table; 15] = [
    [0x0f; WIDTH],
    ROW_OF_HALF,
    kinds(0xd0, [(0xd4, 0), (0xd5, 1)]),
    ROWS,
    CLASSES,
    SHIFTS,
    classes([(0xff, D4_B_SET)]),
    classes([(0xff, D5_9_SET)]),
    [0xd0; WIDTH],
    [0xd4; WIDTH],
    [0xd5; WIDTH],
    [0xb0; WIDTH],
    [0x90; WIDTH],
    irregular::LEAD_HIGH,
    LEAD_LOW,
];

pub struct ArmenianRules {
    nibble: Bytes16,
    row_of_half: Bytes16,
    kinds: Bytes16,
    rows: Bytes16,
    classes: Bytes16,
    shifts: Bytes16,
    after_d4: Bytes16,
    after_d5: Bytes16,
    d0: Bytes16,
    d4: Bytes16,
    d5: Bytes16,
    b0: Bytes16,
    x90: Bytes16,
    lead_high: Bytes16,
    lead_low: Bytes16,
}

impl Rules for ArmenianRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [nibble, row_of_half, kinds, rows, classes, shifts, after_d4, after_d5, d0, d4, d5, b0, x90, lead_high, lead_low] =
            Bytes16::load_rows(black_box(&CONSTANTS));
        Self {
            nibble,
            row_of_half,
            kinds,
            rows,
            classes,
            shifts,
            after_d4,
            after_d5,
            d0,
            d4,
            d5,
            b0,
            x90,
            lead_high,
            lead_low,
        }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let previous = Bytes16::load(from.sub(1));
        let next = Bytes16::load(from.add(1));
        let high = bytes.high_nibble(self.nibble);
        let low = bytes.and(self.nibble);
        let row = self.row_of_half.lookup(high).add(self.kinds.lookup(previous.sub(self.d0)));
        let common = self.rows.lookup(row).and(self.classes.lookup(low));
        // A mask is -1, so it is subtracted.
        let d4_moves = bytes.equal(self.d4).and(self.after_d4.lookup(next.sub(self.b0)));
        let d5_moves = bytes.equal(self.d5).and(self.after_d5.lookup(next.sub(self.x90)));
        let output = ascii.fold(bytes).add(self.shifts.lookup(common)).sub(d4_moves.or(d5_moves));
        let leads = self.lead_high.lookup(high).and(self.lead_low.lookup(low));
        Applied { output, exceptions: Bytes16::zero(), leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, _: Bytes16, leads: Bytes16) -> u32 {
        SecondBytes::load(&NEXT_LOW).first(from, leads)
    }
}
