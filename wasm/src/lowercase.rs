//! Exact full Unicode 17.0 lower-casing of UTF-8.
//!
//! `lowercase` deals with the end of the input and with invalid bytes, and hands stretches to `convert`, which lets
//! invalid bytes through: vector blocks while they know what to do, the table for one run where they don't.

mod armenian_rules;
mod ascii;
mod block;
mod caseless_rules;
mod common_rules;
mod cyrillic_rules;
mod georgian_rules;
mod greek_rules;
mod irregular;
mod latin_rules;
mod rows;
mod scalar;

#[cfg(test)]
mod calls;
#[cfg(test)]
mod tests;

use crate::sigma::cased_before;
use crate::utf8::{decode, incomplete_tail, valid_prefix, Decoded};
use crate::vector::WIDTH;
use armenian_rules::ArmenianRules;
use caseless_rules::CaselessRules;
use common_rules::CommonRules;
use core::hint::black_box;
use cyrillic_rules::CyrillicRules;
use georgian_rules::GeorgianRules;
use greek_rules::GreekRules;
use latin_rules::LatinRules;
use scalar::Stop;

/// What becomes of invalid bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invalid {
    Pass,
    Error,
    /// U+FFFD for each maximal subpart.
    Replace,
}

/// What comes after the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndOfInput {
    /// More may follow: what only that decides is not consumed.
    More,
    End,
    /// A Cased code point, after Case_Ignorable ones if any.
    CasedFollows,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Done = 0,
    OutputFull = 1,
    InvalidInput = 2,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub status: Status,
    pub consumed: usize,
    pub produced: usize,
    pub context: bool,
}

/// A source with what its sigmas need to know of the text around it.
struct Source<'a> {
    /// Everything that may be looked at.
    text: &'a [u8],
    end: EndOfInput,
    /// Whether the last code point before `text` that is not Case_Ignorable was Cased.
    context: bool,
}

/// An output; `at` moves on as bytes are produced.
struct Sink {
    start: *mut u8,
    at: usize,
    capacity: usize,
}

const REPLACEMENT: [u8; 3] = [0xef, 0xbf, 0xbd];

// Checked and converted by turns, so that the second finds in the cache what the first brought there, and a small
// output does not make a large input be checked over and over.
const CHECKED_STRETCH: usize = 16 * 1024;

/// Lower-cases `text` into `destination`, which has room for `capacity` bytes and does not overlap it. Stops on a code
/// point's end, so that a call with the rest and the new context goes on exactly. Any capacity from 4 makes progress.
///
/// # Safety
/// `destination` is valid for writes of `capacity` bytes that nobody else reads or writes during the call.
pub unsafe fn lowercase(
    text: &[u8],
    destination: *mut u8,
    capacity: usize,
    invalid: Invalid,
    end: EndOfInput,
    context: bool,
) -> Outcome {
    let tail = if end == EndOfInput::More { incomplete_tail(text) } else { 0 };
    let source = Source { text: &text[..text.len() - tail], end, context };
    let mut sink = Sink { start: destination, at: 0, capacity };
    let (status, consumed) = match invalid {
        Invalid::Pass => status_of(convert(&source, 0, source.text.len(), &mut sink)),
        _ => convert_checked(&source, invalid, &mut sink),
    };
    Outcome { status, consumed, produced: sink.at, context: cased_before(&text[..consumed], context) }
}

unsafe fn convert_checked(source: &Source, invalid: Invalid, sink: &mut Sink) -> (Status, usize) {
    let text = source.text;
    let mut at = 0;
    while at < text.len() {
        let stretch = &text[at..text.len().min(at + CHECKED_STRETCH)];
        let limit = at + valid_prefix(stretch);
        if limit > at {
            match convert(source, at, limit, sink) {
                (Stop::Limit, _) => at = limit,
                stopped => return status_of(stopped),
            }
            continue;
        }
        let (Decoded::Invalid { length } | Decoded::Incomplete { length }) = decode(&text[at..]) else {
            unreachable!("a valid code point ended the valid prefix")
        };
        if invalid == Invalid::Error {
            return (Status::InvalidInput, at);
        }
        if sink.capacity - sink.at < REPLACEMENT.len() {
            return (Status::OutputFull, at);
        }
        sink.start.add(sink.at).cast::<[u8; 3]>().write(REPLACEMENT);
        sink.at += REPLACEMENT.len();
        at += length;
    }
    (Status::Done, at)
}

fn status_of((stop, consumed): (Stop, usize)) -> (Status, usize) {
    match stop {
        Stop::OutputFull => (Status::OutputFull, consumed),
        _ => (Status::Done, consumed),
    }
}

/// The blocks by what they have a rule for, beside ASCII and what has no mapping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Latin-1, Cyrillic.
    Common,
    Cyrillic,
    /// Nothing.
    Caseless,
    Latin,
    /// Latin with the letters of Vietnamese.
    Vietnamese,
    Greek,
    /// Greek with the letters of polytonic writing.
    Polytonic,
    Armenian,
    Georgian,
}

impl Script {
    /// The blocks that may go on with `text`, where those of this script could not.
    fn fitting(self, text: &[u8]) -> Script {
        match (text, self) {
            ([0xc4..=0xc6, ..], Script::Vietnamese) | ([0xce | 0xcf, ..], Script::Polytonic) => self,
            ([0xc4..=0xc6, ..], _) => Script::Latin,
            ([0xe1, 0xba | 0xbb, ..], _) => Script::Vietnamese,
            ([0xce | 0xcf, ..], _) => Script::Greek,
            ([0xe1, 0xbc..=0xbf, ..], _) => Script::Polytonic,
            ([0xd4 | 0xd5, ..], _) => Script::Armenian,
            ([0xe1, 0x83 | 0xb2, ..], _) => Script::Georgian,
            ([0xc3 | 0xd0 | 0xd1, ..], _) => Script::Common,
            _ => self,
        }
    }

    /// The blocks that are the quickest with `text` by its first letter beyond ASCII, if that comes soon.
    fn quickest(text: &[u8]) -> Script {
        let ascii = text.iter().take(WIDTH).take_while(|byte| byte.is_ascii()).count();
        match text[ascii..] {
            [0xd0 | 0xd1, ..] => Script::Cyrillic,
            [0xd7..=0xe0 | 0xe2..=0xef, ..] => Script::Caseless,
            ref rest => Script::Common.fitting(rest),
        }
    }

    /// Whether the blocks know only what most text of a script consists of, and are the quicker for it.
    fn is_narrow(self) -> bool {
        matches!(self, Script::Cyrillic | Script::Caseless)
    }

    fn is_long(self) -> bool {
        self == Script::Common || self.is_narrow()
    }

    /// The blocks to go on with before `text`, where those of this script ended after so many bytes.
    #[inline(always)]
    fn next(self, text: &[u8], advanced: usize) -> Script {
        if self.is_narrow() {
            if advanced < NARROW_WORTHWHILE {
                return Script::Common.fitting(text);
            }
            // One letter that they do not know does not end them.
            let next = Script::quickest(text);
            return if next.is_narrow() || advanced >= LONG_ENOUGH { next } else { self };
        }
        match (advanced, self) {
            (LONG_ENOUGH.., _) => Script::quickest(text),
            (ENOUGH.., Script::Common) => self,
            (ENOUGH.., _) => Script::quickest(text),
            _ => self.fitting(text),
        }
    }

    #[inline(always)]
    unsafe fn convert(self, from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
        let length = length.min(if self.is_long() { LONG_STRETCH } else { STRETCH });
        match self {
            Script::Common => apart(block::convert::<CommonRules>)(from, length, to, room),
            Script::Cyrillic => apart(block::convert::<CyrillicRules>)(from, length, to, room),
            Script::Caseless => apart(block::convert::<CaselessRules>)(from, length, to, room),
            Script::Latin => block::convert::<LatinRules<false>>(from, length, to, room),
            Script::Vietnamese => block::convert::<LatinRules<true>>(from, length, to, room),
            Script::Greek => block::convert::<GreekRules<false>>(from, length, to, room),
            Script::Polytonic => block::convert::<GreekRules<true>>(from, length, to, room),
            Script::Armenian => block::convert::<ArmenianRules>(from, length, to, room),
            Script::Georgian => block::convert::<GeorgianRules>(from, length, to, room),
        }
    }
}

type Convert = unsafe fn(*const u8, usize, *mut u8, usize) -> usize;

/// The same function, but no optimiser puts it into its caller: engines compile it sooner so, and keep more in registers.
#[inline(always)]
fn apart(convert: Convert) -> Convert {
    black_box(convert)
}

// Blocks may be slower than others on the text that follows, so others get a chance from time to time.
const STRETCH: usize = 4096;
// Narrow blocks end by themselves in text that they do not know, and the common ones are never much slower.
const LONG_STRETCH: usize = 32 * 1024;
// What they do of it at least where nothing stopped them.
const ENOUGH: usize = STRETCH - 2 * WIDTH;
const LONG_ENOUGH: usize = LONG_STRETCH - 2 * WIDTH;
// A stretch from which on they may go on after a letter that they do not know.
const NARROW_WORTHWHILE: usize = 64;
// A stretch from which on a block is worth its start after every code point that it can't do.
const WORTHWHILE: usize = 32;

/// Converts `source.text[at..limit]`; both ends are ends of code points or stand between invalid bytes.
unsafe fn convert(source: &Source, mut at: usize, limit: usize, sink: &mut Sink) -> (Stop, usize) {
    let text = source.text.as_ptr();
    let advanced = apart(ascii::convert)(text.add(at), limit - at, sink.start.add(sink.at), sink.capacity - sink.at);
    at += advanced;
    sink.at += advanced;
    let mut script = Script::quickest(&source.text[at..limit]);
    loop {
        let mut advanced = 0;
        // Blocks look at the bytes before them, so the first bytes of the source are the scalar path's.
        if at >= block::REACH {
            let (from, length) = (text.add(at), limit - at);
            let (to, room) = (sink.start.add(sink.at), sink.capacity - sink.at);
            advanced = script.convert(from, length, to, room);
            at += advanced;
            sink.at += advanced;
            let next = script.next(&source.text[at..limit], advanced);
            if next != script {
                script = next;
                continue;
            }
        }
        let run = if advanced >= WORTHWHILE { 1 } else { scalar::REGULAR_RUN };
        let (stop, next, written) = scalar::convert(source, at, limit, sink.start, sink.at, sink.capacity, run);
        at = next;
        sink.at = written;
        if stop != Stop::Regular {
            return (stop, at);
        }
    }
}
