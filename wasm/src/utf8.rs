//! UTF-8 by code points: the only place that knows which sequences are valid.

use crate::utf8_block::skip_valid;
use crate::vector::WIDTH;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decoded {
    Valid {
        code_point: u32,
        length: usize,
    },
    /// A maximal subpart: as long a prefix of a valid sequence as there is, or one byte that begins none.
    Invalid {
        length: usize,
    },
    /// A prefix of a valid sequence that ends with the text.
    Incomplete {
        length: usize,
    },
}

/// The unit at the start of `text`, which is not empty.
#[inline(always)]
pub fn decode(text: &[u8]) -> Decoded {
    let lead = text[0];
    let (length, low, high) = match lead {
        0..=0x7f => return Decoded::Valid { code_point: lead as u32, length: 1 },
        0xc2..=0xdf => (2, 0x80, 0xbf),
        0xe0 => (3, 0xa0, 0xbf),
        0xed => (3, 0x80, 0x9f),
        0xe1..=0xef => (3, 0x80, 0xbf),
        0xf0 => (4, 0x90, 0xbf),
        0xf1..=0xf3 => (4, 0x80, 0xbf),
        0xf4 => (4, 0x80, 0x8f),
        _ => return Decoded::Invalid { length: 1 },
    };
    let mut code_point = lead as u32 & (0x7f >> length);
    for at in 1..length {
        let Some(&byte) = text.get(at) else { return Decoded::Incomplete { length: at } };
        let fits = if at == 1 { (low..=high).contains(&byte) } else { is_continuation(byte) };
        if !fits {
            return Decoded::Invalid { length: at };
        }
        code_point = code_point << 6 | (byte & 0x3f) as u32;
    }
    Decoded::Valid { code_point, length }
}

/// The valid code point that ends where `text`, which is not empty, ends; `None` if its last byte is part of no such.
pub fn decode_last(text: &[u8]) -> Option<(u32, usize)> {
    let length = (1..=text.len().min(4)).find(|back| !is_continuation(text[text.len() - back]))?;
    match decode(&text[text.len() - length..]) {
        Decoded::Valid { code_point, length: found } if found == length => Some((code_point, length)),
        _ => None,
    }
}

/// Writes a code point; the caller has room for it.
#[inline(always)]
pub unsafe fn encode(code_point: u32, to: *mut u8) {
    let continuation = |shift: u32| 0x80 | (code_point >> shift & 0x3f) as u8;
    match encoded_length(code_point) {
        1 => to.write(code_point as u8),
        2 => to.cast::<[u8; 2]>().write([0xc0 | (code_point >> 6) as u8, continuation(0)]),
        3 => to.cast::<[u8; 3]>().write([0xe0 | (code_point >> 12) as u8, continuation(6), continuation(0)]),
        _ => to.cast::<[u8; 4]>().write([
            0xf0 | (code_point >> 18) as u8,
            continuation(12),
            continuation(6),
            continuation(0),
        ]),
    }
}

#[inline(always)]
pub fn encoded_length(code_point: u32) -> usize {
    match code_point {
        0..=0x7f => 1,
        0x80..=0x7ff => 2,
        0x800..=0xffff => 3,
        _ => 4,
    }
}

#[inline(always)]
pub fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Bytes at the end of `text` that begin a sequence which more input may complete: 0 to 3.
pub fn incomplete_tail(text: &[u8]) -> usize {
    (1..=text.len().min(3))
        .find(|back| !is_continuation(text[text.len() - back]))
        .filter(|back| matches!(decode(&text[text.len() - back..]), Decoded::Incomplete { .. }))
        .unwrap_or(0)
}

/// Bytes of the longest prefix of `text` that is valid UTF-8 and ends on a code point's end.
pub fn valid_prefix(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at = skip_valid(text, at);
        // What stops the blocks, and the end, which is too short for one: some code points one by one.
        let retry = text.len().min(at + 2 * WIDTH);
        while at < retry {
            match decode(&text[at..]) {
                Decoded::Valid { length, .. } => at += length,
                _ => return at,
            }
        }
        if at == text.len() {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_encodes_every_scalar_value() {
        for character in ('\0'..=char::MAX).step_by(if cfg!(miri) { 2000 } else { 1 }) {
            let mut expected = [0; 4];
            let text = character.encode_utf8(&mut expected).as_bytes();
            let valid = Decoded::Valid { code_point: character as u32, length: text.len() };
            assert_eq!(decode(text), valid);
            assert_eq!(decode_last(text), Some((character as u32, text.len())));
            let mut found = [0; 4];
            unsafe { encode(character as u32, found.as_mut_ptr()) };
            assert_eq!(found[..text.len()], *text);
            for cut in 1..text.len() {
                assert_eq!(decode(&text[..cut]), Decoded::Incomplete { length: cut });
                assert_eq!(incomplete_tail(&text[..cut]), cut);
                assert_eq!(decode_last(&text[..cut]), None);
            }
        }
    }

    #[test]
    fn finds_the_valid_prefix_that_std_finds() {
        let step = if cfg!(miri) { 85 } else { 1 };
        for first in (0..=255u8).step_by(step) {
            for second in (0..=255u8).step_by(step) {
                for filler in ["", "a", "0123456789abcdef", "яяяяяяяяя中中中中中中中中", "я"] {
                    for third in [0x20, 0x80, 0x9f, 0xa0, 0xbf, 0xc3] {
                        let text = [filler.as_bytes(), &[first, second, third, 0x80], filler.as_bytes()].concat();
                        let expected = match std::str::from_utf8(&text) {
                            Ok(_) => text.len(),
                            Err(error) => error.valid_up_to(),
                        };
                        assert_eq!(valid_prefix(&text), expected, "{text:x?}");
                    }
                }
            }
        }
    }
}
