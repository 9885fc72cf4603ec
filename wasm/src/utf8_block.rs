//! Finds invalid UTF-8 sixteen bytes at a time, by the lookup method of Keiser and Lemire ("Validating UTF-8 in less
//! than one instruction per byte"): what is wrong with a pair of bytes shows in three tables of nibbles, and a third or
//! fourth byte must be where a lead two or three bytes before asks for it.

use crate::utf8::is_continuation;
use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

/// How many bytes before a block it looks at.
const REACH: usize = 3;

// What may be wrong with a byte and the one before it.
const TOO_SHORT: u8 = 1; // lead, then no continuation
const TOO_LONG: u8 = 2; // ASCII, then continuation
const OVERLONG_3: u8 = 4;
const TOO_LARGE: u8 = 8;
const SURROGATE: u8 = 16;
const OVERLONG_2: u8 = 32;
const OVERLONG_4_OR_TOO_LARGE: u8 = 64;
const TWO_CONTINUATIONS: u8 = 128; // right only as the third or fourth byte of a sequence
const ANY_LOW: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

static BEFORE_HIGH: [u8; WIDTH] = {
    let mut table = [TOO_LONG; WIDTH];
    let mut high = 0x8;
    while high < 0xc {
        table[high] = TWO_CONTINUATIONS;
        high += 1;
    }
    table[0xc] = TOO_SHORT | OVERLONG_2;
    table[0xd] = TOO_SHORT;
    table[0xe] = TOO_SHORT | OVERLONG_3 | SURROGATE;
    table[0xf] = TOO_SHORT | TOO_LARGE | OVERLONG_4_OR_TOO_LARGE;
    table
};
static BEFORE_LOW: [u8; WIDTH] = {
    let mut table = [ANY_LOW | TOO_LARGE | OVERLONG_4_OR_TOO_LARGE; WIDTH];
    table[0x0] = ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4_OR_TOO_LARGE;
    table[0x1] = ANY_LOW | OVERLONG_2;
    table[0x2] = ANY_LOW;
    table[0x3] = ANY_LOW;
    table[0x4] = ANY_LOW | TOO_LARGE;
    table[0xd] |= SURROGATE;
    table
};
static HIGH: [u8; WIDTH] = {
    let mut table = [TOO_SHORT; WIDTH];
    table[0x8] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | OVERLONG_3 | OVERLONG_4_OR_TOO_LARGE;
    table[0x9] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | OVERLONG_3 | TOO_LARGE;
    table[0xa] = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2 | SURROGATE | TOO_LARGE;
    table[0xb] = table[0xa];
    table
};
static CONSTANTS: [[u8; WIDTH]; 7] = [
    [0x0f; WIDTH],
    BEFORE_HIGH,
    BEFORE_LOW,
    HIGH,
    // What leaves the top bit set in no byte below E0, or F0.
    [0xe0 - 0x80; WIDTH],
    [0xf0 - 0x80; WIDTH],
    [0x80; WIDTH],
];

/// `at`, the end of a code point in `text`, moved on to the end of a later one with only valid ones between, as far as
/// whole blocks bring it.
pub fn skip_valid(text: &[u8], at: usize) -> usize {
    if at < REACH {
        return at;
    }
    let table = black_box(&CONSTANTS);
    let [nibble, before_high, before_low, high, third, fourth, top] =
        core::array::from_fn(|row| unsafe { Bytes16::load(table[row].as_ptr()) });
    let mut end = at;
    while end + WIDTH <= text.len() {
        let from = unsafe { text.as_ptr().add(end) };
        let load = |back: usize| unsafe { Bytes16::load(from.sub(back)) };
        let bytes = load(0);
        // Of ASCII nothing is wrong but what a sequence before it lacks.
        if bytes.bitmask() != 0 || text[end - 1] >= 0x80 {
            let before = load(1);
            let pair = before_high
                .lookup(before.high_nibble(nibble))
                .and(before_low.lookup(before.and(nibble)))
                .and(high.lookup(bytes.high_nibble(nibble)));
            let asked = load(2).saturating_sub(third).or(load(3).saturating_sub(fourth)).and(top);
            if pair.xor(asked).any() {
                break;
            }
            end += WIDTH;
        } else {
            end = skip_ascii(text, end + WIDTH);
        }
    }
    // Back to the start of a sequence that the last block began and did not end.
    let lead = (1..=REACH).find(|back| !is_continuation(text[end - back]));
    match lead {
        Some(back) if end - back >= at && sequence_length(text[end - back]) > back => end - back,
        _ => end,
    }
}

/// `at` moved on over ASCII, four blocks a turn.
#[inline(always)]
fn skip_ascii(text: &[u8], mut at: usize) -> usize {
    while at + 4 * WIDTH <= text.len() {
        let [a, b, c, d] = core::array::from_fn(|i| unsafe { Bytes16::load(text.as_ptr().add(at + i * WIDTH)) });
        if a.or(b).or(c.or(d)).bitmask() != 0 {
            break;
        }
        at += 4 * WIDTH;
    }
    at
}

fn sequence_length(lead: u8) -> usize {
    match lead {
        0..=0xbf => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}
