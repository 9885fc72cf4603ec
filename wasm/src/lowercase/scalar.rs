//! One code point after the other, by the table: what the blocks leave, and both ends of a stretch.

use super::{block, EndOfInput, Source};
use crate::case_tables::{LOWER_DELTA, LOWER_END, LOWER_INDEX};
use crate::sigma::{cased_before, sigma_follow, Follow, CAPITAL_SIGMA, FINAL_SIGMA, SMALL_SIGMA};
use crate::utf8::{decode, encode, encoded_length, Decoded};
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

/// Leads that mostly end a block: the run stays here over neighbours of them instead of trying a block for each.
#[inline(always)]
fn is_irregular(byte: u8) -> bool {
    matches!(byte, 0xc4..=0xc9 | 0xcd..=0xcf | 0xd2..=0xd5 | 0xe1 | 0xea | 0xf0)
}

/// Converts from `text[at]` to `start[written]`. Returns why it stopped, and both positions then.
// Positions go in and out by value: cursors behind references would live in linear memory, which is 2-3 times slower.
#[inline(always)]
pub unsafe fn convert(
    source: &Source,
    mut at: usize,
    limit: usize,
    start: *mut u8,
    mut written: usize,
    capacity: usize,
) -> (Stop, usize, usize) {
    let text = &source.text[..limit];
    while at < limit {
        let (code_point, length) = match decode(&text[at..]) {
            Decoded::Valid { code_point, length } => (code_point, length),
            Decoded::Invalid { length } | Decoded::Incomplete { length } => {
                if capacity - written < length {
                    return (Stop::OutputFull, at, written);
                }
                core::ptr::copy_nonoverlapping(text.as_ptr().add(at), start.add(written), length);
                at += length;
                written += length;
                continue;
            }
        };
        let lower = match code_point {
            CAPITAL_SIGMA => match lowercase_sigma(source, at, length) {
                Some(sigma) => sigma,
                None => return (Stop::Sigma, at, written),
            },
            DOT_ABOVE_CAPITAL_I => {
                if capacity - written < DOT_ABOVE_SMALL_I.len() {
                    return (Stop::OutputFull, at, written);
                }
                start.add(written).cast::<[u8; 3]>().write(DOT_ABOVE_SMALL_I);
                at += length;
                written += DOT_ABOVE_SMALL_I.len();
                continue;
            }
            _ => simple_lowercase(code_point),
        };
        let produced = encoded_length(lower);
        if capacity - written < produced {
            return (Stop::OutputFull, at, written);
        }
        encode(lower, start.add(written));
        at += length;
        written += produced;
        if at + block::SPAN <= limit && written + WIDTH <= capacity && !is_irregular(text[at]) {
            return (Stop::Regular, at, written);
        }
    }
    (Stop::Limit, at, written)
}

/// What the capital sigma at `at` becomes; `None` if only later input tells.
#[inline(never)]
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
            let cut = crate::utf8::incomplete_tail(source.text) > 0;
            Some(if cut { FINAL_SIGMA } else { SMALL_SIGMA })
        }
    }
}
