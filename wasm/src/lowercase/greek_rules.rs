//! Greek: the leads CE and CF (U+0380-03FF) and, with `POLYTONIC`, E1 BC to E1 BF (U+1F00-1FFF). The capital sigma and
//! the capitals that follow no shift of their row are exceptions.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, Table};
use super::rows::{classes, kinds, ROW_OF_HALF};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

// Classes of capitals.
const CE_9: u8 = 1; // U+0391-039F
const CE_A: u8 = 2; // U+03A0-03AB without the unassigned U+03A2 and sigma; CE becomes CF before these
const CE_8: u8 = 4; // U+0388-038A
const CE_86: u8 = 8; // U+0386
                     // Classes of exceptions: U+038C, U+038E, U+038F; sigma; after CF whatever is from 8F on, where capitals are rare.
const X_CEF: u8 = 0x10;
const X_3: u8 = 0x20;
const X_ALL: u8 = 0x40;
const X_F: u8 = 0x80;
const EXCEPTION: u8 = 0xf0;

const CLASSES: Table = classes([
    (CE_9, 0xfffe),
    (CE_A, 0x0ff3),
    (CE_8, 0x0700),
    (CE_86, 0x0040),
    (X_CEF, 0xd000),
    (X_3, 0x0008),
    (X_ALL, 0xffff),
    (X_F, 0x8000),
]);
#[rustfmt::skip]
const ROWS: Table = [
    CE_8 | CE_86 | X_CEF, CE_9, CE_A | X_3, 0, // CE
    X_F, X_ALL, X_ALL, X_ALL, // CF
    X_ALL, X_ALL, X_ALL, X_ALL, // C3-C9, CD
    0, 0, 0, 0,
];
const KINDS: Table = kinds(
    0xc3,
    [(0xc3, 2), (0xc4, 2), (0xc5, 2), (0xc6, 2), (0xc7, 2), (0xc8, 2), (0xc9, 2), (0xcd, 2), (0xce, 0), (0xcf, 1)],
);
/// What to add, by the class.
const SHIFTS: Table = [0, 0x20, 0xe0, 0, 0x25, 0, 0, 0, 0x26, 0, 0, 0, 0, 0, 0, 0];
/// Whether CE becomes CF before a byte from A0 on.
const BEFORE_CE_A: Table = [0xff, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

// Classes of polytonic capitals: they have a small letter eight before them.
const ALL_8: u8 = 1;
const UP_TO_D: u8 = 2;
const ODD_8: u8 = 4;
const TWO_8: u8 = 8;
// Capitals with another shift, and a few beside them.
const X_8C: u8 = 0x10;
const X_AC: u8 = 0x20;
const THREE_CLASSES: Table =
    classes([(ALL_8, 0xff00), (UP_TO_D, 0x3f00), (ODD_8, 0xaa00), (TWO_8, 0x0300), (X_8C, 0x1f00), (X_AC, 0x1c00)]);
#[rustfmt::skip]
const THREE_ROWS: Table = [
    ALL_8, UP_TO_D, ALL_8, ALL_8, // E1 BC
    UP_TO_D, ODD_8, ALL_8, 0, // E1 BD
    ALL_8, ALL_8, ALL_8, TWO_8 | X_AC, // E1 BE
    X_8C, X_8C, X_8C, X_8C, // E1 BF
];
const THREE_SHIFTS: Table =
    [0, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8];

/// D0-D5; the others with mappings are left to the byte after them.
static LEAD_LOW: Table = irregular::lead_low(0, 0b0011_1111);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);
/// The same, with E1 left to the byte after it.
static NEXT_LOW_BUT_E1: Table = irregular::next_low(0);

static CONSTANTS: [Table; 19] = [
    [0x0f; WIDTH],
    ROW_OF_HALF,
    [0xce; WIDTH],
    KINDS,
    ROWS,
    CLASSES,
    SHIFTS,
    BEFORE_CE_A,
    [EXCEPTION; WIDTH],
    [0xa0; WIDTH],
    [0xbc; WIDTH],
    kinds(0xbc, [(0xbc, 0), (0xbd, 1), (0xbe, 2), (0xbf, 3)]),
    THREE_ROWS,
    THREE_CLASSES,
    THREE_SHIFTS,
    [0xe1; WIDTH],
    [0xc3; WIDTH],
    [0xcf; WIDTH],
    [0xfc; WIDTH],
];

pub struct GreekRules<const POLYTONIC: bool> {
    nibble: Bytes16,
    row_of_half: Bytes16,
    ce: Bytes16,
    kinds: Bytes16,
    rows: Bytes16,
    classes: Bytes16,
    shifts: Bytes16,
    before_ce_a: Bytes16,
    exception: Bytes16,
    xa0: Bytes16,
    bc: Bytes16,
    three_kinds: Bytes16,
    three_rows: Bytes16,
    three_classes: Bytes16,
    three_shifts: Bytes16,
    e1: Bytes16,
    c3: Bytes16,
    cf: Bytes16,
    fc: Bytes16,
}

impl<const POLYTONIC: bool> Rules for GreekRules<POLYTONIC> {
    #[inline(always)]
    unsafe fn load() -> Self {
        let table = black_box(&CONSTANTS);
        let [nibble, row_of_half, ce, kinds, rows, classes, shifts, before_ce_a, exception, xa0, bc, three_kinds, three_rows, three_classes, three_shifts, e1, c3, cf, fc] =
            core::array::from_fn(|row| Bytes16::load(table[row].as_ptr()));
        Self {
            nibble,
            row_of_half,
            ce,
            kinds,
            rows,
            classes,
            shifts,
            before_ce_a,
            exception,
            xa0,
            bc,
            three_kinds,
            three_rows,
            three_classes,
            three_shifts,
            e1,
            c3,
            cf,
            fc,
        }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let previous = Bytes16::load(from.sub(1));
        let next = Bytes16::load(from.add(1));
        let row = self.row_of_half.lookup(bytes.high_nibble(self.nibble));
        let low = bytes.and(self.nibble);
        let common = self.rows.lookup(row.add(self.kinds.lookup(previous.sub(self.c3)))).and(self.classes.lookup(low));
        // A mask is -1, so it is subtracted.
        let lead = bytes.equal(self.ce).and(self.before_ce_a.lookup(next.sub(self.xa0)));
        let mut output = ascii.fold(bytes).add(self.shifts.lookup(common)).sub(lead);
        let mut leads = bytes.saturating_sub(self.cf);
        let mut exceptions = common.and(self.exception);
        if POLYTONIC {
            let after_e1 = Bytes16::load(from.sub(2)).equal(self.e1);
            let kinds = self.three_kinds.lookup(previous.sub(self.bc));
            let common = self.three_rows.lookup(row.add(kinds)).and(self.three_classes.lookup(low)).and(after_e1);
            output = output.add(self.three_shifts.lookup(common));
            leads = leads.and_not(bytes.equal(self.e1));
            // The lead is everywhere in such text: only what follows it tells.
            let others = previous.equal(self.e1).and_not(bytes.and(self.fc).equal(self.bc));
            exceptions = exceptions.or(common.and(self.exception)).or(others);
        }
        Applied { output, exceptions, leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, _: Bytes16) -> u32 {
        irregular::first(from, bytes, &LEAD_LOW, if POLYTONIC { &NEXT_LOW_BUT_E1 } else { &NEXT_LOW })
    }
}
