//! Both sides of the Final_Sigma rule: a capital sigma is final if a cased letter comes before it and none after it,
//! with Case_Ignorable code points skipped. Invalid bytes are no letters.

use crate::case_class::{case_class, CaseClass};
use crate::utf8::{decode, decode_last, Decoded};

pub const CAPITAL_SIGMA: u32 = 0x3a3;
pub const SMALL_SIGMA: u32 = 0x3c3;
pub const FINAL_SIGMA: u32 = 0x3c2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// Only Case_Ignorable up to the end, or a sequence that the end cuts.
    Undecided = 0,
    NotCased = 1,
    Cased = 2,
}

/// What comes after a sigma that stands just before `text`.
pub fn sigma_follow(mut text: &[u8]) -> Follow {
    while !text.is_empty() {
        match decode(text) {
            Decoded::Valid { code_point, length } => match case_class(code_point) {
                CaseClass::Neither => return Follow::NotCased,
                CaseClass::Cased => return Follow::Cased,
                CaseClass::Ignorable => text = &text[length..],
            },
            Decoded::Invalid { .. } => return Follow::NotCased,
            Decoded::Incomplete { .. } => return Follow::Undecided,
        }
    }
    Follow::Undecided
}

/// Whether the last code point of `text` that is not Case_Ignorable is Cased; `before` if `text` has no such.
/// It looks backwards only when somebody asks, so the fast paths need not keep track.
pub fn cased_before(mut text: &[u8], before: bool) -> bool {
    while !text.is_empty() {
        let Some((code_point, length)) = decode_last(text) else { return false };
        match case_class(code_point) {
            CaseClass::Neither => return false,
            CaseClass::Cased => return true,
            CaseClass::Ignorable => text = &text[..text.len() - length],
        }
    }
    before
}
