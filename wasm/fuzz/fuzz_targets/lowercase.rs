//! Compares the kernel, vector blocks and all, with what std makes of the same text: `cargo +nightly fuzz run lowercase`
//! in the folder above.

#![no_main]

#[path = "../../src/lowercase/calls.rs"]
mod calls;

use calls::{run, streamed};
use libfuzzer_sys::fuzz_target;
use manyhands_kernels::{lowercase, valid_prefix, EndOfInput, Invalid, Outcome, Status};

/// Code points that texts are made of: what has a case or stands beside it, and what blocks must tell from it.
const RANGES: [(u32, u32); 32] = [
    (0x20, 0x7e),
    (0x41, 0x5a),
    (0x27, 0x3a),
    (0x80, 0xff),
    (0x100, 0x17f),
    (0x130, 0x131),
    (0x180, 0x24f),
    (0x300, 0x36f),
    (0x370, 0x3ff),
    (0x3a3, 0x3a3),
    (0x391, 0x3c9),
    (0x400, 0x52f),
    (0x410, 0x44f),
    (0x531, 0x58f),
    (0x5d0, 0x5ea),
    (0x10a0, 0x10ff),
    (0x13a0, 0x13ff),
    (0x1c80, 0x1cbf),
    (0x1e00, 0x1eff),
    (0x1f00, 0x1fff),
    (0x2000, 0x206f),
    (0x2100, 0x218f),
    (0x24b0, 0x24ef),
    (0x2c00, 0x2d2f),
    (0x3000, 0x30ff),
    (0x4e00, 0x4eff),
    (0xa640, 0xa7ff),
    (0xab70, 0xabbf),
    (0xff00, 0xff5e),
    (0x10400, 0x104ff),
    (0x1e900, 0x1e95f),
    (0x1f600, 0x1f64f),
];

fuzz_target!(|data: &[u8]| {
    assert_eq!(char::UNICODE_VERSION.0, 17, "the tables of std are those of another Unicode");
    let [shape, capacity, piece, rest @ ..] = data else { return };
    let text = if shape & 1 == 0 { rest.to_vec() } else { compose(rest) };
    let pad = vec![b'x'; (shape >> 1) as usize & 63];
    let text = [&pad[..], &text].concat();

    let passed = whole(&text, Invalid::Pass);
    assert_eq!(passed, expected_passed(&text));
    let replaced = whole(&text, Invalid::Replace);
    assert_eq!(replaced, String::from_utf8_lossy(&text).to_lowercase().as_bytes());
    let (piece, capacity) = (*piece as usize + 1, *capacity as usize + 4);
    assert_eq!(streamed(&text, piece, capacity, Invalid::Pass), passed);
    assert_eq!(streamed(&text, piece, capacity, Invalid::Replace), replaced);

    let valid = std::str::from_utf8(&text).map_or_else(|error| error.valid_up_to(), str::len);
    assert_eq!(valid_prefix(&text), valid);
    let (outcome, _) = run(&text, 3 * text.len() + 16, Invalid::Error, EndOfInput::End, false);
    assert_eq!(outcome.consumed, valid);
    assert_eq!(outcome.status == Status::InvalidInput, valid < text.len());
});

/// A text of the code points, or stray bytes, that pairs of bytes name. A pair may say that its code point comes again.
fn compose(pairs: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let (first, last) = RANGES[pair[0] as usize & 31];
        let times = if pair[0] & 0xc0 == 0xc0 { 5 } else { 1 };
        for _ in 0..times {
            if pair[0] & 0xe0 == 0xa0 {
                text.push(pair[1]);
            } else if let Some(character) = char::from_u32(first + pair[1] as u32 % (last - first + 1)) {
                text.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    text
}

fn whole(text: &[u8], invalid: Invalid) -> Vec<u8> {
    let (outcome, output) = run(text, 3 * text.len() + 16, invalid, EndOfInput::End, false);
    assert_eq!((outcome.status, outcome.consumed), (Status::Done, text.len()));
    output
}

/// Valid stretches as std lower-cases them, each invalid one as it is: U+FFFD stands for it, and is no letter either.
fn expected_passed(text: &[u8]) -> Vec<u8> {
    let lossy = String::from_utf8_lossy(text).to_lowercase();
    let mut lowered = lossy.as_str();
    let mut expected = Vec::new();
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid().to_lowercase().len();
        expected.extend(&lowered.as_bytes()[..valid]);
        lowered = &lowered[valid..];
        if !chunk.invalid().is_empty() {
            expected.extend(chunk.invalid());
            lowered = lowered.strip_prefix('\u{fffd}').expect("one replacement for each invalid stretch");
        }
    }
    expected
}
