//! Exact full Unicode 17.0 lower-casing of UTF-8.
//!
//! `lowercase` deals with the end of the input and with invalid bytes, and hands stretches to `convert`, which lets
//! invalid bytes through: vector blocks while they know what to do, the table for one run where they don't.

mod ascii;
mod block;
mod scalar;

#[cfg(test)]
mod tests;

use crate::sigma::cased_before;
use crate::utf8::{decode, incomplete_tail, valid_prefix, Decoded};
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

/// Converts `source.text[at..limit]`; both ends are ends of code points or stand between invalid bytes.
unsafe fn convert(source: &Source, mut at: usize, limit: usize, sink: &mut Sink) -> (Stop, usize) {
    let text = source.text.as_ptr();
    let room = sink.capacity - sink.at;
    let advanced = ascii::convert(text.add(at), limit - at, sink.start.add(sink.at), room);
    at += advanced;
    sink.at += advanced;
    loop {
        // A block looks at the byte before it, so the first byte of the source is the scalar path's.
        if at > 0 {
            let room = sink.capacity - sink.at;
            let advanced = block::convert(text.add(at), limit - at, sink.start.add(sink.at), room);
            at += advanced;
            sink.at += advanced;
        }

        let (stop, next, written) = scalar::convert(source, at, limit, sink.start, sink.at, sink.capacity);
        at = next;
        sink.at = written;
        if stop != Stop::Regular {
            return (stop, at);
        }
    }
}
