//! Places where text may be cut so that both sides lower-case independently: just before a byte that starts a code
//! point which is neither Cased nor Case_Ignorable, and that is never part of an earlier sequence.

/// ASCII other than letters and `' . : ^ \``, and the leads of U+4000 to U+9FFF (the table script checks both).
static RESETS: [bool; 256] = resets();

const fn resets() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = matches!(value, 0xe4..=0xe9)
            || value < 0x80 && !value.is_ascii_alphabetic() && !matches!(value, b'\'' | b'.' | b':' | b'^' | b'`');
        byte += 1;
    }
    table
}

pub fn first_reset(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| RESETS[*byte as usize])
}

pub fn last_reset(text: &[u8]) -> Option<usize> {
    text.iter().rposition(|byte| RESETS[*byte as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_outer_resets() {
        assert_eq!(first_reset("a.b 中 c".as_bytes()), Some(3));
        assert_eq!(last_reset("a.b 中cd'e".as_bytes()), Some(4));
        assert_eq!(first_reset("ΣΑΣ'^`:.".as_bytes()), None);
        assert_eq!(last_reset(b""), None);
    }
}
