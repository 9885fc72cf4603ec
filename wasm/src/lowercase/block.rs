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

const TURN: usize = 4 * WIDTH;

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

/// Converts `BLOCKS` blocks a turn from the start of `length` bytes up to a code point without a rule or to where a turn no
/// longer fits; returns how many bytes that were. `from[-REACH]` must be readable.
#[inline(always)]
pub unsafe fn convert<R: Rules, const BLOCKS: usize>(
    from: *const u8,
    length: usize,
    to: *mut u8,
    room: usize,
) -> usize {
    let ascii = ascii::Constants::load();
    let rules = R::load();
    let mut at = 0;
    let mut next_look = 0;
    let beyond = (BLOCKS - 1) * WIDTH;
    'turns: while at + beyond + SPAN <= length && at + beyond + WIDTH <= room {
        let (source, target) = (from.add(at), to.add(at));
        // Whether a block is ASCII is what no processor can guess in most languages, so it is not asked of each.
        if at >= next_look {
            next_look = at + TURN;
            if Bytes16::load(source).bitmask() == 0 {
                let converted = ascii::convert_with(&ascii, source, length - at, target, room - at);
                if converted > 0 {
                    at += converted;
                    next_look = at + TURN;
                    continue;
                }
            }
        }
        let mut found = Bytes16::zero();
        let applied: [Applied; BLOCKS] = core::array::from_fn(|block| {
            let place = source.add(block * WIDTH);
            let applied = rules.apply(&ascii, place, Bytes16::load(place));
            applied.output.store(target.add(block * WIDTH));
            found = found.or(applied.exceptions).or(applied.leads);
            applied
        });
        if found.any() {
            for Applied { exceptions, leads, .. } in applied {
                let place = from.add(at);
                let lead = rules.first_irregular(place, Bytes16::load(place), leads);
                let lane = exceptions.first_nonzero().min(lead) as usize;
                at += lane;
                if lane < WIDTH {
                    break 'turns;
                }
            }
        } else {
            at += BLOCKS * WIDTH;
        }
    }
    at - reach_into_sequence(from, at, length)
}

/// The same with two blocks a turn, and one where there are not two.
pub unsafe fn convert_pairs<R: Rules>(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let at = convert::<R, 2>(from, length, to, room);
    if length.min(room) - at >= 2 * WIDTH + SPAN {
        return at;
    }
    at + convert::<R, 1>(from.add(at), length - at, to.add(at), room - at)
}

/// How far `at` stands inside a sequence that began before it: who goes on must take such a one as a whole.
#[inline(always)]
unsafe fn reach_into_sequence(from: *const u8, at: usize, length: usize) -> usize {
    if at == length || !is_continuation(*from.add(at)) {
        return 0;
    }
    (1..=at.min(3)).find(|back| !is_continuation(*from.add(at - back))).unwrap_or(0)
}
