//! What a code point is to the Final_Sigma rule.

use crate::case_tables::{CLASS, CLASS_BEYOND, CLASS_END, CLASS_INDEX};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CaseClass {
    /// Neither: decides that no cased letter is here.
    Neither,
    Cased,
    /// Case_Ignorable, whether Cased too or not: skipped by the rule.
    Ignorable,
}

pub fn case_class(code_point: u32) -> CaseClass {
    if code_point >= CLASS_END {
        let ignorable = CLASS_BEYOND.chunks_exact(2).any(|range| (range[0]..=range[1]).contains(&code_point));
        return if ignorable { CaseClass::Ignorable } else { CaseClass::Neither };
    }
    let block = CLASS_INDEX[(code_point >> 6) as usize] as usize;
    match CLASS[block * 16 + (code_point as usize & 63) / 4] >> (2 * (code_point & 3)) & 3 {
        0 => CaseClass::Neither,
        1 => CaseClass::Cased,
        _ => CaseClass::Ignorable,
    }
}
