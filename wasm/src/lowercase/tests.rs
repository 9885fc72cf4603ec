use super::calls::{run, streamed};
use super::*;
use crate::case_class::{case_class, CaseClass};

fn whole(text: &[u8]) -> Vec<u8> {
    let (outcome, output) = run(text, text.len() * 3 / 2 + 16, Invalid::Pass, EndOfInput::End, false);
    assert_eq!((outcome.status, outcome.consumed), (Status::Done, text.len()));
    output
}

/// Under Miri, which is some thousand times slower, one of so many.
const THINNED: usize = if cfg!(miri) { 2000 } else { 1 };

/// Fixed pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }
}

const PARTS: [&str; 32] = [
    "Hello World, this is plain ASCII over more than one block. ",
    "A",
    "z",
    " ",
    ".",
    "'",
    "Σ",
    "Σ",
    "ς",
    "Ωμέγα",
    "ПРИВЕТ",
    "Ѐёѡ",
    "\u{460}\u{47f}\u{480}\u{48a}",
    "ÀÿÞ×ß",
    "İ",
    "Ⱥ",
    "Ⱦ",
    "\u{212a}",
    "中文字符",
    "，。",
    "Ａｚ",
    "😀",
    "𐐀𐐨",
    "ĀſŽ",
    "Ⰰⱟ",
    "\u{301}",
    "\u{345}",
    "\u{200d}",
    "ᏣꙀꟐ",
    "Ნ",
    "ẞẠ",
    "\u{1e921}",
];
const BROKEN: [&[u8]; 12] = [
    b"\x80",
    b"\xc3",
    b"\xd0",
    b"\xd1",
    b"\xce",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xff",
    b"\xe1\xba",
    b"\xf4\x90",
];

fn mixture(random: &mut Random, parts: usize, broken: bool) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(parts) {
        if broken && random.below(4) == 0 {
            text.extend(BROKEN[random.below(BROKEN.len())]);
        } else {
            text.extend(PARTS[random.below(PARTS.len())].as_bytes());
        }
    }
    text
}

#[test]
fn agrees_with_std_on_mixtures() {
    let mut random = Random(1);
    for _ in 0..20_000 / THINNED {
        let text = String::from_utf8(mixture(&mut random, 40, false)).unwrap();
        assert_eq!(String::from_utf8(whole(text.as_bytes())).unwrap(), text.to_lowercase(), "{text:?}");
    }
}

#[test]
fn agrees_with_std_on_every_scalar_value_at_every_place() {
    let mut text = String::new();
    for character in ('\0'..=char::MAX).step_by(THINNED) {
        text.push(character);
        text.push_str(&"абв г"[..2 * (character as usize % 5).min(3)]);
        if text.len() > 4000 {
            assert_eq!(whole(text.as_bytes()), text.to_lowercase().as_bytes());
            text.clear();
        }
    }
    assert_eq!(whole(text.as_bytes()), text.to_lowercase().as_bytes());
}

#[test]
fn goes_on_exactly_after_any_cut_and_any_full_output() {
    let mut random = Random(2);
    for round in 0..3000 / THINNED {
        let text = mixture(&mut random, 24, round % 2 == 1);
        for invalid in [Invalid::Pass, Invalid::Replace] {
            let (outcome, expected) = run(&text, text.len() * 3 + 16, invalid, EndOfInput::End, false);
            assert_eq!(outcome.consumed, text.len());
            for (piece, capacity) in [(1, 4), (7, 5), (16, 64), (40, 17), (1000, 4), (1000, 90)] {
                assert_eq!(streamed(&text, piece, capacity, invalid), expected, "{text:x?} {piece} {capacity}");
            }
        }
    }
}

#[test]
fn agrees_with_std_on_runs_of_each_script() {
    let scripts: [&[(u32, u32)]; 13] = [
        &[(0x20, 0x7e), (0xc0, 0x24f)],
        &[(0x20, 0x7e), (0x100, 0x17f)],
        &[(0x20, 0x7e), (0xc0, 0x1b0), (0x1e80, 0x1eff), (0x300, 0x323)],
        &[(0x20, 0x40), (0x370, 0x3ff)],
        &[(0x20, 0x7e), (0x370, 0x3ff), (0x1f00, 0x1fff), (0xc0, 0x17f)],
        &[(0x391, 0x3c9), (0x20, 0x2f)],
        &[(0x1f00, 0x1fff), (0x391, 0x3c9), (0x20, 0x2f)],
        &[(0x500, 0x58f), (0x20, 0x40)],
        &[(0x10d0, 0x10ff), (0x20, 0x40), (0x1c90, 0x1cbf)],
        &[(0x10a0, 0x10ff), (0x1c80, 0x1cbf), (0x1e00, 0x1fff), (0x20, 0x2f)],
        &[(0x10d0, 0x10ff), (0x500, 0x58f), (0x1e80, 0x1eff), (0x1f00, 0x1fff), (0x13a0, 0x13ff), (0xab70, 0xabbf)],
        &[(0x400, 0x52f), (0x20, 0x7e), (0x391, 0x3c9), (0x100, 0x17f)],
        &[
            (0x4e00, 0x4eff),
            (0x3000, 0x303f),
            (0xff00, 0xff5e),
            (0x1f600, 0x1f640),
            (0x2000, 0x206f),
            (0x20, 0x7e),
            (0x100, 0x17f),
        ],
    ];
    let mut random = Random(7);
    for round in 0..40_000 / THINNED {
        let ranges = scripts[round % scripts.len()];
        let mut text = String::new();
        let mut range = ranges[0];
        for _ in 0..random.below(120) {
            if random.below(4) == 0 {
                range = ranges[random.below(ranges.len())];
            }
            let code_point = range.0 + random.below((range.1 - range.0 + 1) as usize) as u32;
            text.extend(char::from_u32(code_point));
        }
        assert_eq!(String::from_utf8(whole(text.as_bytes())).unwrap(), text.to_lowercase(), "{text:?}");
    }
}

#[test]
fn leaves_stray_bytes_between_leads_of_blocks() {
    // Every sequence of three of these, so that leads, continuations and ASCII stand where the blocks don't expect them.
    let bytes = [
        0x41, 0x80, 0x83, 0x8e, 0x96, 0x9e, 0xa3, 0xb0, 0xb2, 0xb8, 0xba, 0xbb, 0xbc, 0xbf, 0xc3, 0xc4, 0xc5, 0xc6,
        0xce, 0xcf, 0xd0, 0xd1, 0xd4, 0xd5, 0xe1, 0xe2, 0xef, 0xf0u8,
    ];
    let fillers = [
        "čččččččččččč Ž",
        "ửửửửửửửử Ử",
        "αααααααααααα Ω",
        "ὁ ἄνθρωπος Ὁ",
        "яяяяяяяяяяяя Я",
        "ծայրինծայ Ղ",
        "ძველიძველი Ა",
    ];
    let thinned = |step| if cfg!(miri) { step } else { 1 };
    let bytes = bytes.into_iter().step_by(thinned(27));
    for first in bytes.clone() {
        for second in bytes.clone() {
            for third in bytes.clone() {
                for fourth in [0x42, 0x80, 0xba, 0xa0].into_iter().step_by(thinned(3)) {
                    for filler in fillers.into_iter().step_by(thinned(3)) {
                        let broken = [first, second, third, fourth];
                        let text = [filler.as_bytes(), &broken, filler.as_bytes()].concat();
                        let (_, replaced) = run(&text, text.len() * 3, Invalid::Replace, EndOfInput::End, false);
                        assert_eq!(
                            String::from_utf8(replaced).unwrap(),
                            String::from_utf8_lossy(&text).to_lowercase(),
                            "{text:x?}"
                        );
                        let passed = whole(&text);
                        assert_eq!(
                            String::from_utf8_lossy(&passed),
                            String::from_utf8_lossy(&text).to_lowercase(),
                            "{text:x?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn replaces_as_std_does() {
    let mut random = Random(3);
    for _ in 0..20_000 / THINNED {
        let text = mixture(&mut random, 20, true);
        let (_, output) = run(&text, text.len() * 3 + 16, Invalid::Replace, EndOfInput::End, false);
        assert_eq!(String::from_utf8(output).unwrap(), String::from_utf8_lossy(&text).to_lowercase(), "{text:x?}");
    }
}

#[test]
fn passes_valid_parts_between_invalid_ones() {
    let mut random = Random(4);
    for _ in 0..20_000 / THINNED {
        let text = mixture(&mut random, 20, true);
        // Each invalid stretch stands in for itself: U+FFFD is no letter either.
        let mut expected = Vec::new();
        let lossy = String::from_utf8_lossy(&text).to_lowercase();
        let mut lowered = lossy.as_str();
        for chunk in text.utf8_chunks() {
            let keep = if chunk.invalid().is_empty() { lowered.len() } else { lowered.find('\u{fffd}').unwrap() };
            expected.extend(lowered[..keep].as_bytes());
            expected.extend(chunk.invalid());
            lowered = lowered[keep..].strip_prefix('\u{fffd}').unwrap_or("");
        }
        assert_eq!(whole(&text), expected, "{text:x?}");
    }
}

#[test]
fn stops_at_the_first_invalid_byte() {
    let mut random = Random(5);
    for _ in 0..20_000 / THINNED {
        let text = mixture(&mut random, 20, true);
        let (outcome, output) = run(&text, text.len() * 3 / 2 + 16, Invalid::Error, EndOfInput::End, false);
        match std::str::from_utf8(&text) {
            Ok(valid) => assert_eq!((outcome.status, output), (Status::Done, valid.to_lowercase().into_bytes())),
            Err(error) => assert_eq!((outcome.status, outcome.consumed), (Status::InvalidInput, error.valid_up_to())),
        }
    }
}

#[test]
fn finds_the_valid_prefix_of_long_mixtures() {
    let mut random = Random(6);
    for _ in 0..20_000 / THINNED {
        let mut text = mixture(&mut random, 60, false);
        text.extend(mixture(&mut random, 6, true));
        text.extend(mixture(&mut random, 60, false));
        let expected = std::str::from_utf8(&text).map_or_else(|error| error.valid_up_to(), |valid| valid.len());
        assert_eq!(valid_prefix(&text), expected, "{text:x?}");
    }
}

#[test]
fn waits_for_what_decides_a_sigma() {
    let more = |text: &str, context| run(text.as_bytes(), 64, Invalid::Pass, EndOfInput::More, context).0;
    assert_eq!(more("ΑΣ", false).consumed, 2);
    assert_eq!(more("ΑΣ..", false).consumed, 2);
    assert_eq!(more("Σ..", false), Outcome { status: Status::Done, consumed: 4, produced: 4, context: true });
    assert_eq!(more("Σ..", true).consumed, 0);
    assert_eq!(more("ΑΣ ", false).consumed, 5);
    let cased = run("ΑΣ.".as_bytes(), 64, Invalid::Pass, EndOfInput::CasedFollows, false);
    assert_eq!(cased.1, "ασ.".as_bytes());
    let cut = run(&["ΑΣ.".as_bytes(), b"\xce"].concat(), 64, Invalid::Pass, EndOfInput::CasedFollows, false);
    assert_eq!(cut.1, ["ας.".as_bytes(), b"\xce"].concat());
}

#[test]
fn sorts_every_code_point_as_std_does_around_sigma() {
    let thinned_again = if cfg!(miri) { 10 } else { 1 };
    for character in ('\0'..=char::MAX).step_by(THINNED * thinned_again).filter(|c| *c != 'Σ') {
        let before = format!("{character}Σ");
        let after = format!("AΣ{character}");
        let between = format!("A{character}Σ");
        for text in [before, after, between] {
            assert_eq!(whole(text.as_bytes()), text.to_lowercase().as_bytes(), "{text:?}");
        }
        let class = case_class(character as u32);
        if character as u32 >= 0x4000 && character as u32 <= 0x9fff {
            assert_eq!(class, CaseClass::Neither);
        }
    }
}
