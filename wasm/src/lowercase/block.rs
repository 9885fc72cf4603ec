//! Sixteen bytes of text at once. Each output byte depends on its input byte and its neighbours only, which unaligned
//! loads bring, so blocks need not begin or end with a character. What a block does to them is its rules' affair: each
//! set knows some scripts, keeps the length of all it knows, lets stray bytes of invalid text pass, and names the first
//! place that it has no rule for, which ends the run.

use super::ascii;
use crate::utf8::is_continuation;
use crate::vector::{Bytes16, WIDTH};

/// A block reads two bytes beyond itself.
pub const SPAN: usize = WIDTH + 2;
/// And so many before itself.
pub const REACH: usize = 2;

// Whether a block is ASCII is what no processor can guess in most languages, so it is not asked of each.
const LOOK_EVERY: usize = 16 * WIDTH;

/// What rules make of a block.
pub struct Applied {
    pub output: Bytes16,
    /// Not zero where a byte after a lead is one that there is no rule for.
    pub exceptions: Bytes16,
    /// Not zero where a lead is that there may be no rule for.
    pub leads: Bytes16,
}

/// What to do to a block.
pub trait Rules {
    /// The constants, from memory: see `ascii::Constants`.
    unsafe fn load() -> Self;

    unsafe fn apply(&self, ascii: &ascii::Constants, from: *const u8, bytes: Bytes16) -> Applied;

    /// The first irregular lead in the block at `from`, given the `leads` that `apply` found; `WIDTH` if there is none after
    /// all.
    unsafe fn first_irregular(&self, from: *const u8, bytes: Bytes16, leads: Bytes16) -> u32;
}

/// Converts blocks from the start of `length` bytes up to a code point without a rule or to where a block no longer fits;
/// returns how many bytes that were. `from[-REACH]` must be readable.
#[inline(always)]
pub unsafe fn convert<R: Rules>(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let ascii = ascii::Constants::load();
    let rules = R::load();
    let mut at = 0;
    let fitting = (length + 1).saturating_sub(SPAN).min((room + 1).saturating_sub(WIDTH));
    'looks: while at < fitting {
        if Bytes16::load(from.add(at)).bitmask() == 0 {
            let converted = ascii::convert_with(&ascii, from.add(at), length - at, to.add(at), room - at);
            if converted > 0 {
                at += converted;
                continue;
            }
        }
        let next_look = fitting.min(at + LOOK_EVERY);
        while at < next_look {
            let (source, target) = (from.add(at), to.add(at));
            let Applied { output, exceptions, leads } = rules.apply(&ascii, source, Bytes16::load(source));
            output.store(target);
            if exceptions.or(leads).any() {
                let lead = rules.first_irregular(source, Bytes16::load(source), leads);
                let lane = exceptions.first_nonzero().min(lead) as usize;
                if lane < WIDTH {
                    at += lane;
                    break 'looks;
                }
            }
            at += WIDTH;
        }
    }
    at - reach_into_sequence(from, at, length)
}

/// How far `at` stands inside a sequence that began before it: who goes on must take such a one as a whole.
#[inline(always)]
unsafe fn reach_into_sequence(from: *const u8, at: usize, length: usize) -> usize {
    if at == length || !is_continuation(*from.add(at)) {
        return 0;
    }
    (1..=at.min(3)).find(|back| !is_continuation(*from.add(at - back))).unwrap_or(0)
}
