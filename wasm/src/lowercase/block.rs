//! Sixteen bytes of mixed text at once. Each output byte depends on its input byte and its neighbours only, which
//! unaligned loads bring, so blocks need not begin or end with a character. Handled here: ASCII, Latin-1 (lead C3),
//! Cyrillic (leads D0, D1) and every sequence that has no mapping. All of these keep their length, and a stray byte
//! of invalid text passes through them unchanged. The first lead of any other ("irregular") sequence ends the run.

use super::ascii;
use crate::utf8::is_continuation;
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// A block reads two bytes beyond itself.
pub const SPAN: usize = WIDTH + 2;

// Sets of leads, one bit each, that the tables below sort bytes into.
const C: u8 = 1; // C4-C9, CD-CF: any second byte
const D: u8 = 2; // D2-D5: any second byte
const E1: u8 = 4;
const E2_LOW: u8 = 8;
const E2_HIGH: u8 = 16;
const EA: u8 = 32;
const EF: u8 = 64;
const F0: u8 = 128;

/// Sets that a lead may be in, by its upper half.
static LEAD_HIGH: [u8; WIDTH] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C, D, E1 | E2_LOW | E2_HIGH | EA | EF, F0];
/// Sets that a lead may be in, by its lower half.
static LEAD_LOW: [u8; WIDTH] = [
    F0, E1, E2_LOW | E2_HIGH | D, D, C | D, C | D, C, C, C, C, EA, 0, 0, C, C, C | EF,
];
/// Sets whose leads need the table before a second byte with this upper half.
static NEXT_HIGH: [u8; WIDTH] = [
    C | D, C | D, C | D, C | D, C | D, C | D, C | D, C | D,
    C | D | E1 | E2_LOW, C | D | E2_LOW | EA | F0, C | D, C | D | E1 | E2_HIGH | EF,
    C | D, C | D, C | D, C | D,
];
/// Sets whose leads need the table before a second byte with this lower half.
static NEXT_LOW: [u8; WIDTH] = [
    C | D | E2_HIGH | F0, C | D | E2_HIGH | F0, C | D | E1 | E2_LOW | E2_HIGH, C | D | E1 | E2_LOW | E2_HIGH,
    C | D | E2_LOW, C | D | E2_LOW, C | D | E2_LOW | F0, C | D,
    C | D | E1, C | D | E1 | EA, C | D | E1 | EA, C | D | E1,
    C | D | E1 | EA | EF, C | D | E1 | EA, C | D | E1 | EA | F0, C | D | E1 | EA,
];
/// What to add to the byte after D0, by its upper half: U+0400-040F, U+0410-041F, U+0420-042F.
static AFTER_D0: [u8; WIDTH] = [0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x20, 0xe0, 0, 0, 0, 0, 0];

static CONSTANTS: [[u8; WIDTH]; 15] = [
    [0x0f; WIDTH],
    LEAD_HIGH,
    LEAD_LOW,
    NEXT_HIGH,
    NEXT_LOW,
    AFTER_D0,
    [0xc3; WIDTH],
    [0xd0; WIDTH],
    [0xd1; WIDTH],
    [0x9f; WIDTH],
    [0x97; WIDTH],
    [0x80; WIDTH],
    [0xe1; WIDTH],
    [0xa0; WIDTH],
    [EF; WIDTH],
];

/// Converts blocks from the start of `length` bytes up to an irregular sequence or to where a block no longer fits;
/// returns how many bytes that were. `from[-1]` must be readable.
#[inline(always)]
pub unsafe fn convert(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let ascii = ascii::Constants::load();
    let table = black_box(&CONSTANTS);
    let [nibble, lead_high, lead_low, next_high, next_low, after_d0, c3, d0, d1, x9f, x97, x80, xe1, xa0, ef] =
        core::array::from_fn(|row| Bytes16::load(table[row].as_ptr()));
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

        let sets = lead_high.lookup(high).and(lead_low.lookup(bytes.and(nibble)));
        if sets.any() {
            // EF BC has mappings from the third byte A1 on; the fullwidth punctuation before that is frequent.
            let punctuation = Bytes16::load(from.add(at + 2)).less(xa0).and(ef);
            let irregular = sets
                .and(next_high.lookup(next.high_nibble(nibble)))
                .and(next_low.lookup(next.and(nibble)))
                .and_not(punctuation)
                .nonzero();
            if irregular != 0 {
                return at + irregular.trailing_zeros() as usize;
            }
        }
        at += WIDTH;
    }
    if at < length { at - reach_into_sequence(from, at) } else { at }
}

/// How far `at` stands inside a sequence that began before it: the scalar path must take such a one as a whole.
#[inline(always)]
unsafe fn reach_into_sequence(from: *const u8, at: usize) -> usize {
    if !is_continuation(*from.add(at)) {
        return 0;
    }
    (1..=at.min(3)).find(|back| !is_continuation(*from.add(at - back))).unwrap_or(0)
}
