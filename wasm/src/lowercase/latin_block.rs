//! As `block`, for Latin beyond Latin-1: the leads C4 and C5 (U+0100-017F), E1 BA and E1 BB (U+1E80-1EFF), and the two
//! letters of Vietnamese in C6. Capitals and small letters alternate there, with exceptions that two tables sort out.

use super::ascii;
use super::block::{reach_into_sequence, SPAN};
use super::irregular::{self, IrregularLeads, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// One bit for each upper half that a continuation byte has, in both halves.
const HIGH_BITS: Table = [0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0x44, 0x88, 0, 0, 0, 0];

/// By lower half of a continuation byte, a bit for each upper half with which it is in the set of `low`, respectively
/// (in the upper four bits) of `high`. Each set has a bit for each of the continuation bytes 80 to BF.
const fn by_low_half(low: u64, high: u64) -> Table {
    let mut table = [0; WIDTH];
    let mut byte = 0;
    while byte < 64 {
        if low >> byte & 1 == 1 {
            table[byte & 15] |= 1 << (byte >> 4);
        }
        if high >> byte & 1 == 1 {
            table[byte & 15] |= 0x10 << (byte >> 4);
        }
        byte += 1;
    }
    table
}

/// A set of continuation bytes: every `step`th from `first` to `last`.
const fn set(first: u8, last: u8, step: u8) -> u64 {
    let mut found = 0;
    let mut byte = first;
    while byte <= last {
        found |= 1 << (byte - 0x80);
        byte += step;
    }
    found
}

// After C4: U+0100-012F and U+0132-0137 even to odd, U+0139-013D odd to even. U+0130 and U+013F change their length or lead.
const C4_CAPITALS: u64 = set(0x80, 0xae, 2) | set(0xb2, 0xb6, 2) | set(0xb9, 0xbd, 2);
const C4_IRREGULAR: u64 = set(0xb0, 0xb0, 1) | set(0xbf, 0xbf, 1);
// After C5: U+0141-0147 odd to even, U+014A-0177 even to odd, U+0179-017D odd to even. U+0178 goes to Latin-1.
const C5_CAPITALS: u64 = set(0x81, 0x87, 2) | set(0x8a, 0xb6, 2) | set(0xb9, 0xbd, 2);
const C5_IRREGULAR: u64 = set(0xb8, 0xb8, 1);
// After C6: U+01A0-01A5 even to odd, U+01AF to U+01B0; of the others only U+01B0 is left as it is.
const C6_CAPITALS: u64 = set(0xa0, 0xa4, 2) | set(0xaf, 0xaf, 1);
const C6_IRREGULAR: u64 = !(set(0xa0, 0xa5, 1) | set(0xaf, 0xb0, 1));
// After E1 BA: U+1E80-1E95 and U+1EA0-1EBF even to odd. U+1E9E becomes shorter.
const BA_CAPITALS: u64 = set(0x80, 0x94, 2) | set(0xa0, 0xbe, 2);
const BA_IRREGULAR: u64 = set(0x9e, 0x9e, 1);

static CONSTANTS: [Table; 24] = [
    [0x0f; WIDTH],
    irregular::LEAD_HIGH,
    // C7-C9, CD-CF; D0-D5
    irregular::lead_low(0b1110_0011_1000_0000, 0b0011_1111),
    irregular::NEXT_HIGH,
    // E1: x2, x3, x8, x9, xC-xF
    irregular::next_low(0b1111_0011_0000_1100),
    [0xa0; WIDTH],
    [irregular::EF; WIDTH],
    HIGH_BITS,
    by_low_half(C4_CAPITALS, C5_CAPITALS),
    by_low_half(C4_IRREGULAR, C5_IRREGULAR),
    by_low_half(BA_CAPITALS, C6_CAPITALS),
    by_low_half(BA_IRREGULAR, C6_IRREGULAR),
    [0xc3; WIDTH],
    [0xc4; WIDTH],
    [0xc5; WIDTH],
    [0xc6; WIDTH],
    [0xe1; WIDTH],
    [0xba; WIDTH],
    [0xbb; WIDTH],
    [0xf0; WIDTH],
    [0x9f; WIDTH],
    [0x97; WIDTH],
    [0x01; WIDTH],
    [0xc0; WIDTH],
];

/// As `block::convert`; `from[-2]` must be readable too.
#[inline(never)]
pub unsafe fn convert(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let ascii = ascii::Constants::load();
    let table = black_box(&CONSTANTS);
    let [nibble, lead_high, lead_low, next_high, next_low, xa0, ef, high_bits, two_capitals, two_irregular, three_capitals, three_irregular, c3, c4, c5, c6, e1, xba, xbb, upper, x9f, x97, one, xc0] =
        core::array::from_fn(|row| Bytes16::load(table[row].as_ptr()));
    let irregular = IrregularLeads { lead_high, lead_low, next_high, next_low, xa0, ef };
    let mut at = 0;
    while at + SPAN <= length && at + WIDTH <= room {
        let bytes = Bytes16::load(from.add(at));
        if bytes.bitmask() == 0 {
            ascii.fold(bytes).store(to.add(at));
            at += WIDTH;
            continue;
        }
        let previous = Bytes16::load(from.add(at).sub(1));
        let second = Bytes16::load(from.add(at).sub(2));
        let high = bytes.high_nibble(nibble);
        let low = bytes.and(nibble);
        let bits = high_bits.lookup(high);

        let latin = previous.equal(c3).and(bytes.less(x9f)).and_not(bytes.equal(x97));
        let after_e1 = second.equal(e1);
        let pair = previous.equal(c4).and(nibble).or(previous.equal(c5).and(upper)).and(bits);
        let triple = after_e1.and(previous.equal(xba)).and(nibble).or(previous.equal(c6).and(upper)).and(bits);
        let capitals = pair.and(two_capitals.lookup(low)).or(triple.and(three_capitals.lookup(low)));
        // After E1 BB every even one is a capital: C0 is above all continuation bytes, as signed numbers too.
        let even = after_e1.and(previous.equal(xbb)).and(bytes.less(xc0)).and(one).and_not(bytes);
        let is_capital = capitals.min(one).or(even);
        bytes.add(ascii.letters(bytes).or(latin).and(ascii.case_bit)).add(is_capital).store(to.add(at));

        // The one is found at a lead, the other at the last byte of its sequence, whose start the end of the loop finds.
        let exceptions = pair.and(two_irregular.lookup(low)).or(triple.and(three_irregular.lookup(low)));
        let exception = if exceptions.any() { exceptions.nonzero().trailing_zeros() } else { WIDTH as u32 };
        let lead = irregular.find(from.add(at), high, low, nibble).unwrap_or(WIDTH as u32);
        let stop = lead.min(exception) as usize;
        at += stop;
        if stop < WIDTH {
            break;
        }
    }
    at - reach_into_sequence(from, at, length)
}
