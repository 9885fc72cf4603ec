//! One code point after the other, by the table: what the blocks leave, and both ends of a stretch.

use super::{block, EndOfInput, Source};
use crate::case_tables::{LOWER_DELTA, LOWER_END, LOWER_INDEX, LOWER_TWO_BYTES};
use crate::sigma::{cased_before, sigma_follow, Follow, CAPITAL_SIGMA, FINAL_SIGMA, SMALL_SIGMA};
use crate::utf8::{decode, encode, encoded_length, incomplete_tail, is_continuation, Decoded};
use crate::vector::WIDTH;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    Limit,
    OutputFull,
    /// Before a sigma that only later input decides.
    Sigma,
    /// Where the blocks can go on.
    Regular,
}

const DOT_ABOVE_CAPITAL_I: u32 = 0x130;
/// `i` and U+0307, the one mapping to two code points.
const DOT_ABOVE_SMALL_I: [u8; 3] = [0x69, 0xcc, 0x87];

/// The simple mapping of a code point.
#[inline(always)]
pub fn simple_lowercase(code_point: u32) -> u32 {
    if code_point >= LOWER_END {
        return code_point;
    }
    let block = LOWER_INDEX[(code_point >> 6) as usize] as usize;
    let low = (code_point as u16).wrapping_add(LOWER_DELTA[block * 64 + (code_point as usize & 63)]);
    code_point & !0xffff | low as u32
}

/// Leads that no block has a rule for: the run stays here over neighbours of them instead of trying a block for each.
static IRREGULAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte, 0xc6..=0xc9 | 0xcd | 0xd2 | 0xd3 | 0xea | 0xf0);
        byte += 1;
    }
    table
};

/// So many neighbours of an irregular lead are mostly worth less than the start of a block.
pub const REGULAR_RUN: usize = 6;

/// Converts from `text[at]` to `start[written]`, at least until `run` code points in turn are some that blocks can do.
/// Returns why it stopped, and both positions then.
// Positions go in and out by value: cursors behind references would live in linear memory, which is 2-3 times slower.
#[inline(always)]
pub unsafe fn convert(
    source: &Source,
    mut at: usize,
    limit: usize,
    start: *mut u8,
    mut written: usize,
    capacity: usize,
    run: usize,
) -> (Stop, usize, usize) {
    let mut regular = 0;
    while at < limit {
        let lead = source.text[at];
        let (consumed, produced) =
            match convert_same_length(source.text, at, limit, start.add(written), capacity - written) {
                0 => match convert_any(source, at, limit, start.add(written), capacity - written) {
                    Ok(lengths) => lengths,
                    Err(stop) => return (stop, at, written),
                },
                length => (length, length),
            };
        at += consumed;
        written += produced;
        regular = if IRREGULAR[lead as usize] { 0 } else { regular + 1 };
        if regular >= run && at + block::SPAN <= limit && written + WIDTH <= capacity {
            return (Stop::Regular, at, written);
        }
    }
    (Stop::Limit, at, written)
}

/// Converts the code point at `at` if it has one to three bytes and keeps their number; returns it, or 0.
#[inline(always)]
unsafe fn convert_same_length(text: &[u8], at: usize, limit: usize, to: *mut u8, room: usize) -> usize {
    if limit - at < 4 || room < 4 {
        return 0;
    }
    let from = text.as_ptr().add(at);
    let first = *from;
    if first < 0x80 {
        to.write(first.to_ascii_lowercase());
        return 1;
    }
    let second = *from.add(1);
    if !is_continuation(second) {
        return 0;
    }
    if first < 0xe0 {
        let lower = LOWER_TWO_BYTES[(first as usize & 0x1f) << 6 | (second as usize & 0x3f)];
        if lower == 0 || first < 0xc0 {
            return 0;
        }
        to.cast::<[u8; 2]>().write(lower.to_le_bytes());
        return 2;
    }
    let third = *from.add(2);
    let code_point = (first as u32 & 0xf) << 12 | (second as u32 & 0x3f) << 6 | (third as u32 & 0x3f);
    let lower = simple_lowercase(code_point);
    let is_valid = first < 0xf0 && is_continuation(third) && code_point >= 0x800 && code_point & !0x7ff != 0xd800;
    if !is_valid || !(0x800..=0xffff).contains(&lower) {
        return 0;
    }
    to.cast::<[u8; 3]>().write([
        0xe0 | (lower >> 12) as u8,
        0x80 | (lower >> 6 & 0x3f) as u8,
        0x80 | (lower & 0x3f) as u8,
    ]);
    3
}

/// Converts the unit at `at`, whatever it is; returns the bytes consumed and produced.
#[inline(never)]
unsafe fn convert_any(
    source: &Source,
    at: usize,
    limit: usize,
    to: *mut u8,
    room: usize,
) -> Result<(usize, usize), Stop> {
    let text = &source.text[at..limit];
    let (code_point, length) = match decode(text) {
        Decoded::Valid { code_point, length } => (code_point, length),
        Decoded::Invalid { length } | Decoded::Incomplete { length } => {
            if room < length {
                return Err(Stop::OutputFull);
            }
            core::ptr::copy_nonoverlapping(text.as_ptr(), to, length);
            return Ok((length, length));
        }
    };
    let lower = match code_point {
        CAPITAL_SIGMA => lowercase_sigma(source, at, length).ok_or(Stop::Sigma)?,
        DOT_ABOVE_CAPITAL_I => {
            if room < DOT_ABOVE_SMALL_I.len() {
                return Err(Stop::OutputFull);
            }
            to.cast::<[u8; 3]>().write(DOT_ABOVE_SMALL_I);
            return Ok((length, DOT_ABOVE_SMALL_I.len()));
        }
        _ => simple_lowercase(code_point),
    };
    let produced = encoded_length(lower);
    if room < produced {
        return Err(Stop::OutputFull);
    }
    encode(lower, to);
    Ok((length, produced))
}

/// What the capital sigma at `at` becomes; `None` if only later input tells.
fn lowercase_sigma(source: &Source, at: usize, length: usize) -> Option<u32> {
    if !cased_before(&source.text[..at], source.context) {
        return Some(SMALL_SIGMA);
    }
    match (sigma_follow(&source.text[at + length..]), source.end) {
        (Follow::Cased, _) => Some(SMALL_SIGMA),
        (Follow::NotCased, _) => Some(FINAL_SIGMA),
        (Follow::Undecided, EndOfInput::More) => None,
        (Follow::Undecided, EndOfInput::End) => Some(FINAL_SIGMA),
        (Follow::Undecided, EndOfInput::CasedFollows) => {
            // A cut sequence is invalid here, so it decides; otherwise what follows the source does.
            let cut = incomplete_tail(source.text) > 0;
            Some(if cut { FINAL_SIGMA } else { SMALL_SIGMA })
        }
    }
}
