//! ASCII, Latin-1 (lead C3), Cyrillic (leads D0, D1) and every sequence that has no mapping.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, SecondBytes, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// What to add to the byte after D0, by its upper half: U+0400-040F, U+0410-041F, U+0420-042F.
const AFTER_D0: Table = [0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x20, 0xe0, 0, 0, 0, 0, 0];

/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);

static CONSTANTS: [Table; 12] = [
    [0x0f; WIDTH],
    irregular::LEAD_HIGH,
    // C4-C9, CD-CF; D2-D5
    irregular::lead_low(0b1110_0011_1111_0000, 0b0011_1100),
    AFTER_D0,
    [0xc3; WIDTH],
    [0xd0; WIDTH],
    [0xd1; WIDTH],
    [0x9f; WIDTH],
    [0x97; WIDTH],
    [0x80; WIDTH],
    [0xe1; WIDTH],
    [0xa0; WIDTH],
];

pub struct CommonRules {
    nibble: Bytes16,
    lead_high: Bytes16,
    lead_low: Bytes16,
    after_d0: Bytes16,
    c3: Bytes16,
    d0: Bytes16,
    d1: Bytes16,
    x9f: Bytes16,
    x97: Bytes16,
    x80: Bytes16,
    xe1: Bytes16,
    xa0: Bytes16,
    seconds: SecondBytes,
}

impl Rules for CommonRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [nibble, lead_high, lead_low, after_d0, c3, d0, d1, x9f, x97, x80, xe1, xa0] =
            Bytes16::load_rows(black_box(&CONSTANTS));
        let seconds = SecondBytes::load(black_box(&NEXT_LOW));
        Self { seconds, nibble, lead_high, lead_low, after_d0, c3, d0, d1, x9f, x97, x80, xe1, xa0 }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let previous = Bytes16::load(from.sub(1));
        let next = Bytes16::load(from.add(1));
        let high = bytes.high_nibble(self.nibble);
        // After C3: 80-9E but 97. Compared as signed numbers, only 80-9E are less than 9F.
        let latin = previous.equal(self.c3).and(bytes.less(self.x9f)).and_not(bytes.equal(self.x97));
        let cyrillic = previous.equal(self.d0).and(self.after_d0.lookup(high));
        // U+0460-047F: even to odd after D1; and D0 to D1 before 80-8F and A0-AF.
        // A mask is -1, so it is subtracted.
        let historic = previous.equal(self.d1).and(bytes.and(self.xe1).equal(self.xa0));
        let lead = bytes.equal(self.d0).and(next.and(self.d0).equal(self.x80));
        let output = bytes.add(ascii.letters(bytes).or(latin).and(ascii.case_bit)).add(cyrillic).sub(historic.or(lead));
        let leads = self.lead_high.lookup(high).and(self.lead_low.lookup(bytes.and(self.nibble)));
        Applied { output, exceptions: Bytes16::zero(), leads }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, _: Bytes16, leads: Bytes16) -> u32 {
        self.seconds.first(from, leads)
    }
}
