//! Scripts without case, as Chinese, Japanese, Hindi or Arabic, in text that has ASCII beside them. Their leads and those
//! of irregular punctuation come by turns that no processor can guess, so second bytes are looked at without asking, by
//! groups of four; that such a group has regular ones too costs time where they come, and nothing else.

use super::ascii;
use super::block::{Applied, Rules};
use super::irregular::{self, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// C3-C9, CD-CF; D0-D5
static LEAD_LOW: Table = irregular::lead_low(0b1110_0011_1111_1000, 0b0011_1111);
/// E1: x2, x3, x8-xF
static NEXT_LOW: Table = irregular::next_low(0b1111_1111_0000_1100);

// The leads from E1 to F0 with mappings.
const E1: u8 = 1;
const E2: u8 = 2;
const EA: u8 = 4;
const F0: u8 = 8;
/// A third byte from A0 on has this bit, as the letters after EF BC have; the punctuation before them is frequent.
const EF: u8 = 0x20;

/// By the distance of a lead from E1.
static LEADS: Table = {
    let mut table = [0; WIDTH];
    table[0x0] = E1;
    table[0x1] = E2;
    table[0x9] = EA;
    table[0xe] = EF;
    table[0xf] = F0;
    table
};

/// By the second byte: the leads that have mappings after one of its group. Groups end at 82, 86, 8A ... BE, so that
/// emoji, F0 9F, are not in one with the letters after F0 9E.
static GROUPS: Table = {
    let mut table = [0; WIDTH];
    table[group(0x82)] = E1;
    table[group(0x83)] = E1 | E2;
    table[group(0x8e)] = E1;
    table[group(0x92)] = E1 | E2 | F0;
    table[group(0x96)] = E2 | F0;
    table[group(0x9a)] = EA;
    table[group(0x9e)] = EA | F0;
    table[group(0x9f)] = EA;
    table[group(0xb2)] = E1 | E2;
    table[group(0xb3)] = E2;
    table[group(0xba)] = E1;
    table[group(0xbc)] = E1 | EF;
    table[group(0xbf)] |= E1;
    table
};

const fn group(second: u8) -> usize {
    ((second + 1) >> 2 & 0xf) as usize
}

static CONSTANTS: [Table; 6] = [
    [0xe1; WIDTH],
    LEADS,
    [0x0f; WIDTH],
    GROUPS,
    // C3 to D5, moved to the start of the signed range.
    [0x80u8.wrapping_sub(0xc3); WIDTH],
    [0x80 + (0xd6 - 0xc3); WIDTH],
];

pub struct CaselessRules {
    xe1: Bytes16,
    leads: Bytes16,
    x0f: Bytes16,
    groups: Bytes16,
    to_signed: Bytes16,
    below: Bytes16,
}

impl Rules for CaselessRules {
    #[inline(always)]
    unsafe fn load() -> Self {
        let [xe1, leads, x0f, groups, to_signed, below] = Bytes16::load_rows(black_box(&CONSTANTS));
        Self { xe1, leads, x0f, groups, to_signed, below }
    }

    #[inline(always)]
    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied {
        let second = Bytes16::load(from.add(1));
        let third = Bytes16::load(from.add(2));
        // An index above 15 gives 0.
        let of_three = self
            .leads
            .lookup(bytes.sub(self.xe1))
            .and(self.groups.lookup(second.half_up().half_of_words().and(self.x0f)))
            .and_not(ascii.case_bit.and_not(third));
        let of_two = bytes.add(self.to_signed).less(self.below);
        Applied { output: ascii.fold(bytes), exceptions: Bytes16::zero(), leads: of_three.or(of_two) }
    }

    #[inline(always)]
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, _: Bytes16) -> u32 {
        irregular::first(from, bytes, &LEAD_LOW, &NEXT_LOW)
    }
}
