//! Scripts without case, as Chinese, Japanese, Hindi or Arabic, in text that has ASCII beside them. Their leads and those
//! of irregular punctuation come by turns that no processor can guess, so second bytes are looked at without asking.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, SecondBytes, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// C3-C9, CD-CF; D0-D5
static LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1111_1000, 0b0011_1111);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);

static CONSTANTS: [Table; 2] = [irregular::LEAD_HIGH, [0x0f; WIDTH]];

pub struct CaselessRules {
    lead_high: Bytes16,
    lead_low: Bytes16,
    nibble: Bytes16,
    seconds: SecondBytes,
}

impl Rules for CaselessRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [lead_high, nibble] = Bytes16::load_rows(black_box(&CONSTANTS));
        let lead_low = Bytes16::load(black_box(&LEAD_LOW).as_ptr());
        let seconds = SecondBytes::load_to_keep(&NEXT_LOW);
        Self { lead_high, lead_low, nibble, seconds }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let sets = self.lead_high.lookup(bytes.high_nibble(self.nibble));
        let sets = sets.and(self.lead_low.lookup(bytes.and(self.nibble)));
        Applied { output: ascii.fold(bytes), exceptions: self.seconds.irregular(from, sets), leads: Bytes16::zero() }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, _: *const u8, _: Bytes16, _: Bytes16) -> u32 {
        WIDTH as u32
    }
}
