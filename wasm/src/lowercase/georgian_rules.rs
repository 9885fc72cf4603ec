//! Georgian: E1 83 (U+10C0-10FF) and E1 B2 (U+1C80-1CBF). The letters of the first have no capitals in running text;
//! those in capitals, U+1C90-1CBF, differ from them in the second byte. Everything else after E1 is an exception, and so
//! are the few of U+10C0-10CF and U+1C80-1C8F.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// C3-C9, CD-CF; D0-D5
static LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1111_1000, 0b0011_1111);
/// E1 is left to the byte after it.
static NEXT_LOW: Table = irregular::next_low(0);

static CONSTANTS: [Table; 10] = [
    [0xe1; WIDTH],
    [0x83; WIDTH],
    [0xb2; WIDTH],
    [0xb2 - 0x83; WIDTH],
    [0x90; WIDTH],
    [0x8f; WIDTH],
    [0xc0; WIDTH],
    [0xbb; WIDTH],
    [0xbc; WIDTH],
    [0xc2; WIDTH],
];

pub struct GeorgianRules {
    e1: Bytes16,
    x83: Bytes16,
    xb2: Bytes16,
    shift: Bytes16,
    x90: Bytes16,
    x8f: Bytes16,
    c0: Bytes16,
    bb: Bytes16,
    bc: Bytes16,
    c2: Bytes16,
}

impl Rules for GeorgianRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [e1, x83, xb2, shift, x90, x8f, c0, bb, bc, c2] = Bytes16::load_rows(black_box(&CONSTANTS));
        Self { e1, x83, xb2, shift, x90, x8f, c0, bb, bc, c2 }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let next = Bytes16::load(from.add(1));
        let after_e1 = Bytes16::load(from.sub(1)).equal(self.e1);
        let is_capital_second = bytes.equal(self.xb2);
        // Compared as signed numbers, 80 to BF are less than everything else.
        let is_letter_third = self.x8f.less(next).and(next.less(self.c0));
        let capital = after_e1.and(is_capital_second).and(is_letter_third);
        let output = ascii.fold(bytes).sub(capital.and(self.shift));
        let known = bytes.equal(self.x83).or(is_capital_second);
        let rare = next.less(self.x90).or(next.equal(self.bb)).or(next.equal(self.bc));
        let exceptions = after_e1.and_not(known).or(after_e1.and(rare));
        let leads = bytes.saturating_sub(self.c2).and_not(bytes.equal(self.e1));
        Applied { output, exceptions, leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, _: Bytes16) -> u32 {
        irregular::first(from, bytes, &LEAD_LOW, &NEXT_LOW)
    }
}
