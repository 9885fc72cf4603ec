//! Cyrillic (leads D0, D1) in text that has little beside it: three quarters of the steps of the common rules. What has
//! no mapping passes too, only slower.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// C3-C9, CD-CF; D2-D5
static LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1111_1000, 0b0011_1100);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);

static CONSTANTS: [Table; 7] =
    [[0xd0; WIDTH], [0xd1; WIDTH], [0xbf; WIDTH], [0x10; WIDTH], [0x30; WIDTH], [0x80; WIDTH], [0xc1; WIDTH]];

pub struct CyrillicRules {
    d0: Bytes16,
    d1: Bytes16,
    xbf: Bytes16,
    x10: Bytes16,
    x30: Bytes16,
    x80: Bytes16,
    xc1: Bytes16,
}

impl Rules for CyrillicRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [d0, d1, xbf, x10, x30, x80, xc1] = Bytes16::load_rows(black_box(&CONSTANTS));
        Self { d0, d1, xbf, x10, x30, x80, xc1 }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let previous = Bytes16::load(from.sub(1));
        let next = Bytes16::load(from.add(1));
        // After D0 a byte changes by 10 (80-8F, U+0400-040F), 20 (90-AF, U+0410-042F) or not (B0-BF). Compared as signed
        // numbers all but continuation bytes are above BF.
        let half = bytes.signed_min(self.xbf).add(self.x10).and(self.x30).min(ascii.case_bit);
        let cyrillic = half.and(previous.equal(self.d0));
        // D0 to D1 before 80-8F and A0-AF. A mask is -1, so it is subtracted.
        let lead = bytes.equal(self.d0).and(next.and(self.d0).equal(self.x80));
        let output = bytes.xor(ascii.letters(bytes).and(ascii.case_bit).or(cyrillic)).sub(lead);
        // After D1 A0-BF: U+0460-047F.
        let historic = previous.equal(self.d1).and(bytes).and(ascii.case_bit);
        // Every lead but these two, which become C0 and C1: the others are above, and what is no lead is below.
        let leads = bytes.xor(self.x10).saturating_sub(self.xc1);
        Applied { output, exceptions: historic, leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, _: Bytes16) -> u32 {
        irregular::first(from, bytes, &LEAD_LOW, &NEXT_LOW)
    }
}
