//! Sixteen bytes of mixed text at once. Each output byte depends on its input byte and its neighbours only, which
//! unaligned loads bring, so blocks need not begin or end with a character. Handled here: ASCII, Latin-1 (lead C3),
//! Cyrillic (leads D0, D1) and every sequence that has no mapping. All of these keep their length, and a stray byte
//! of invalid text passes through them unchanged. The first lead of any other ("irregular") sequence ends the run.

use super::ascii;
use super::irregular::{self, IrregularLeads, Table};
use crate::utf8::is_continuation;
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// A block reads two bytes beyond itself.
pub const SPAN: usize = WIDTH + 2;

/// What to add to the byte after D0, by its upper half: U+0400-040F, U+0410-041F, U+0420-042F.
const AFTER_D0: Table = [0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x20, 0xe0, 0, 0, 0, 0, 0];

static CONSTANTS: [Table; 15] = [
    [0x0f; WIDTH],
    irregular::LEAD_HIGH,
    // C4-C9, CD-CF; D2-D5
    irregular::lead_low(0b1110_0011_1111_0000, 0b0011_1100),
    irregular::NEXT_HIGH,
    // E1: x2, x3, x8-xF
    irregular::next_low(0b1111_1111_0000_1100),
    AFTER_D0,
    [0xc3; WIDTH],
    [0xd0; WIDTH],
    [0xd1; WIDTH],
    [0x9f; WIDTH],
    [0x97; WIDTH],
    [0x80; WIDTH],
    [0xe1; WIDTH],
    [0xa0; WIDTH],
    [irregular::EF; WIDTH],
];

/// Converts blocks from the start of `length` bytes up to an irregular sequence or to where a block no longer fits;
/// returns how many bytes that were. `from[-1]` must be readable.
#[inline(always)]
pub unsafe fn convert(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let ascii = ascii::Constants::load();
    let table = black_box(&CONSTANTS);
    let [nibble, lead_high, lead_low, next_high, next_low, after_d0, c3, d0, d1, x9f, x97, x80, xe1, xa0, ef] =
        core::array::from_fn(|row| Bytes16::load(table[row].as_ptr()));
    let irregular = IrregularLeads { lead_high, lead_low, next_high, next_low, xa0, ef };
    let mut at = 0;
    while at + SPAN <= length && at + WIDTH <= room {
        let bytes = Bytes16::load(from.add(at));
        if bytes.bitmask() == 0 {
            ascii.fold(bytes).store(to.add(at));
            at += WIDTH;
            at += ascii::convert_with(&ascii, from.add(at), length - at, to.add(at), room - at);
            continue;
        }
        let previous = Bytes16::load(from.add(at).sub(1));
        let next = Bytes16::load(from.add(at + 1));
        let high = bytes.high_nibble(nibble);

        // After C3: 80-9E but 97. Compared as signed numbers, only 80-9E are less than 9F.
        let latin = previous.equal(c3).and(bytes.less(x9f)).and_not(bytes.equal(x97));
        let cyrillic = previous.equal(d0).and(after_d0.lookup(high));
        // U+0460-047F: even to odd after D1; and D0 to D1 before 80-8F and A0-AF. A mask is -1, so it is subtracted.
        let historic = previous.equal(d1).and(bytes.and(xe1).equal(xa0));
        let lead = bytes.equal(d0).and(next.and(d0).equal(x80));
        bytes
            .add(ascii.letters(bytes).or(latin).and(ascii.case_bit))
            .add(cyrillic)
            .sub(historic.or(lead))
            .store(to.add(at));

        if let Some(lane) = irregular.find(from.add(at), high, bytes.and(nibble), nibble) {
            return at + lane as usize;
        }
        at += WIDTH;
    }
    at - reach_into_sequence(from, at, length)
}

/// How far `at` stands inside a sequence that began before it: who goes on must take such a one as a whole.
#[inline(always)]
pub unsafe fn reach_into_sequence(from: *const u8, at: usize, length: usize) -> usize {
    if at == length || !is_continuation(*from.add(at)) {
        return 0;
    }
    (1..=at.min(3)).find(|back| !is_continuation(*from.add(at - back))).unwrap_or(0)
}
