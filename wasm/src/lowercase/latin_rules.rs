//! Latin beyond Latin-1: the leads C4 and C5 (U+0100-017F), the two letters of Vietnamese in C6 and, with `THREE`, E1 BA
//! and E1 BB (U+1E80-1EFF). Capitals and small letters alternate there, with exceptions.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, Table};
use super::rows::{classes, kinds, ROW_OF_HALF};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

// Classes of capitals, which become the code point after them.
const EVEN: u8 = 1;
const C5_8: u8 = 2; // U+0141-0147 odd to even, U+014A-014E even to odd
const B: u8 = 4; // U+0130-0137 and U+0170-0177 even to odd, U+0139-013D and U+0179-017D odd to even
const FEW: u8 = 8; // U+01A0-01A4, U+01AF; U+1E90-1E94
const CAPITAL: u8 = EVEN | C5_8 | B | FEW;
// Classes of exceptions: U+0130 and U+013F change their length or lead, U+0178 goes to Latin-1, and U+0180 to U+01AF
// (but for the two of Vietnamese) follow no rule. Rare ones beside them are exceptions for simplicity.
const X_0F: u8 = 0x10;
const X_8F: u8 = 0x20;
const X_6E: u8 = 0x40;
const X_1F: u8 = 0x80;

const CLASSES: Table = classes([
    (EVEN, 0x5555),
    (C5_8, 0b0101_0100_1010_1010),
    (B, 0b1010_1010_0101_0101),
    (FEW, 0x8015),
    (X_0F, 0x8001),
    (X_8F, 0x8100),
    (X_6E, 0x7fc0),
    (X_1F, 0xfffe),
]);

#[rustfmt::skip]
const TWO_ROWS: Table = [
    EVEN, EVEN, EVEN, B | X_0F, // C4
    C5_8, EVEN, EVEN, B | X_8F, // C5
    X_0F | X_1F, X_0F | X_1F, FEW | X_6E, X_1F, // C6
    0, 0, 0, 0,
];
#[rustfmt::skip]
const THREE_ROWS: Table = [
    EVEN, FEW | X_6E | X_8F, EVEN, EVEN, // E1 BA
    EVEN, EVEN, EVEN, EVEN, // E1 BB
    0, 0, 0, 0,
    0, 0, 0, 0,
];

/// C7-C9, CD-CF; D0-D5
static LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1000_0000, 0b0011_1111);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);
/// The same, with E1 left to the byte after it.
static NEXT_LOW_BUT_E1: Table = irregular::next_low(0);

static CONSTANTS: [Table; 16] = [
    [0x0f; WIDTH],
    ROW_OF_HALF,
    [0xc3; WIDTH],
    kinds(0xc3, [(0xc4, 0), (0xc5, 1), (0xc6, 2)]),
    TWO_ROWS,
    CLASSES,
    [1; WIDTH],
    [0xc6; WIDTH],
    [0x9f; WIDTH],
    [0x97; WIDTH],
    [!CAPITAL; WIDTH],
    [0xba; WIDTH],
    kinds(0xba, [(0xba, 0), (0xbb, 1)]),
    THREE_ROWS,
    [0xe1; WIDTH],
    [0xbb; WIDTH],
];

pub struct LatinRules<const THREE: bool> {
    nibble: Bytes16,
    row_of_half: Bytes16,
    c3: Bytes16,
    kinds: Bytes16,
    rows: Bytes16,
    classes: Bytes16,
    one: Bytes16,
    c6: Bytes16,
    x9f: Bytes16,
    x97: Bytes16,
    exception: Bytes16,
    ba: Bytes16,
    three_kinds: Bytes16,
    three_rows: Bytes16,
    e1: Bytes16,
    bb: Bytes16,
}

impl<const THREE: bool> Rules for LatinRules<THREE> {
    #[inline(always)]
    unsafe fn load() -> Self {
        let table = black_box(&CONSTANTS);
        let [nibble, row_of_half, c3, kinds, rows, classes, one, c6, x9f, x97, exception, ba, three_kinds, three_rows, e1, bb] =
            core::array::from_fn(|row| Bytes16::load(table[row].as_ptr()));
        Self {
            nibble,
            row_of_half,
            c3,
            kinds,
            rows,
            classes,
            one,
            c6,
            x9f,
            x97,
            exception,
            ba,
            three_kinds,
            three_rows,
            e1,
            bb,
        }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let previous = Bytes16::load(from.sub(1));
        // After C3: 80-9E but 97. Compared as signed numbers, only 80-9E are less than 9F.
        let latin = previous.equal(self.c3).and(bytes.less(self.x9f)).and_not(bytes.equal(self.x97));
        let row = self.row_of_half.lookup(bytes.high_nibble(self.nibble));
        let mut rows = self.rows.lookup(row.add(self.kinds.lookup(previous.sub(self.c3))));
        let mut leads = bytes.saturating_sub(self.c6);
        let mut others = Bytes16::zero();
        if THREE {
            let after_e1 = Bytes16::load(from.sub(2)).equal(self.e1);
            let kinds = self.three_kinds.lookup(previous.sub(self.ba));
            rows = rows.or(self.three_rows.lookup(row.add(kinds)).and(after_e1));
            // The lead is everywhere in such text: only what follows it tells.
            leads = leads.and_not(bytes.equal(self.e1));
            others = previous.equal(self.e1).and_not(bytes.or(self.one).equal(self.bb));
        }
        let common = rows.and(self.classes.lookup(bytes.and(self.nibble)));
        let output = bytes.add(ascii.letters(bytes).or(latin).and(ascii.case_bit)).add(common.min(self.one));
        Applied { output, exceptions: common.and(self.exception).or(others), leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, _: Bytes16) -> u32 {
        irregular::first(from, bytes, &LEAD_LOW, if THREE { &NEXT_LOW_BUT_E1 } else { &NEXT_LOW })
    }
}
