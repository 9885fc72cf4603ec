//! As `block`, for Greek without the polytonic letters: the leads CE and CF (U+0380-03FF). The capital sigma and the
//! few capitals that don't follow the two shifts of the alphabet are exceptions.

use super::ascii;
use super::block::{reach_into_sequence, SPAN};
use super::irregular::{self, IrregularLeads, Table};
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// What to add to a byte 8x after CE: U+0386, U+0388-038A.
const AFTER_CE_8: Table = [0, 0, 0, 0, 0, 0, 0x26, 0, 0x25, 0x25, 0x25, 0, 0, 0, 0, 0];
/// To a byte 9x: U+0391-039F.
const AFTER_CE_9: Table = [0, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32];
/// To a byte Ax: U+03A0-03AB without the unassigned U+03A2 and sigma; CE becomes CF before these.
const AFTER_CE_A: Table = [0xe0, 0xe0, 0, 0, 0xe0, 0xe0, 0xe0, 0xe0, 0xe0, 0xe0, 0xe0, 0xe0, 0, 0, 0, 0];
/// By lower half of a byte after CE, a bit for each upper half (8, 9, A, B) with which it is irregular: U+038C, U+038E,
/// U+038F, U+03A3.
const CE_IRREGULAR: Table = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1];
const HIGH_BITS: Table = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 0, 0, 0, 0];

static CONSTANTS: [Table; 19] = [
    [0x0f; WIDTH],
    irregular::LEAD_HIGH,
    // C3-C9, CD; D0-D5
    irregular::lead_low(0b0010_0011_1111_1000, 0b0011_1111),
    irregular::NEXT_HIGH,
    // E1: x2, x3, x8-xF
    irregular::next_low(0b1111_1111_0000_1100),
    [0xa0; WIDTH],
    [irregular::EF; WIDTH],
    AFTER_CE_8,
    AFTER_CE_9,
    AFTER_CE_A,
    CE_IRREGULAR,
    HIGH_BITS,
    [0xce; WIDTH],
    [0xcf; WIDTH],
    [0x08; WIDTH],
    [0x09; WIDTH],
    [0x0a; WIDTH],
    [0xe0; WIDTH],
    [0x8f; WIDTH],
];

/// As `block::convert`.
#[inline(never)]
pub unsafe fn convert(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let ascii = ascii::Constants::load();
    let table = black_box(&CONSTANTS);
    let [nibble, lead_high, lead_low, next_high, next_low, xa0, ef, after_8, after_9, after_a, ce_irregular, high_bits, ce, cf, x8, x9, xa, xe0, x8f] =
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
        let next = Bytes16::load(from.add(at + 1));
        let high = bytes.high_nibble(nibble);
        let low = bytes.and(nibble);
        let after_ce = previous.equal(ce);

        let shift = high
            .equal(x8)
            .and(after_8.lookup(low))
            .or(high.equal(x9).and(after_9.lookup(low)))
            .or(high.equal(xa).and(after_a.lookup(low)));
        let moves = next.high_nibble(nibble).equal(xa).and(after_a.lookup(next.and(nibble)).equal(xe0));
        let lead = bytes.equal(ce).and(moves);
        ascii.fold(bytes).add(after_ce.and(shift)).sub(lead).store(to.add(at));

        // After CF every byte from 8F on may be a capital of those that are rare.
        let exceptions = after_ce
            .and(high_bits.lookup(high))
            .and(ce_irregular.lookup(low))
            .or(previous.equal(cf).and_not(bytes.less(x8f)));
        let exception = if exceptions.any() { exceptions.nonzero().trailing_zeros() } else { WIDTH as u32 };
        let found = irregular.find(from.add(at), high, low, nibble).unwrap_or(WIDTH as u32);
        let stop = found.min(exception) as usize;
        at += stop;
        if stop < WIDTH {
            break;
        }
    }
    at - reach_into_sequence(from, at, length)
}
