//! ASCII only: 64 bytes a turn, until a turn has another byte.

use crate::vector::{Bytes16, WIDTH};
use core::hint::black_box;

const TURN: usize = 4 * WIDTH;

/// The constants in memory, behind a pointer that the compiler cannot see through: V8 builds constants of vector code
/// anew in each turn of a loop, but keeps what was loaded.
pub struct Constants {
    to_signed: Bytes16,
    below: Bytes16,
    pub case_bit: Bytes16,
}

static CONSTANTS: [[u8; WIDTH]; 3] = [[0x80 - b'A'; WIDTH], [0x80 + 26; WIDTH], [0x20; WIDTH]];

impl Constants {
    #[inline(always)]
    pub fn load() -> Self {
        let table = black_box(&CONSTANTS);
        let load = |row: usize| unsafe { Bytes16::load(table[row].as_ptr()) };
        Self { to_signed: load(0), below: load(1), case_bit: load(2) }
    }

    /// Lower-cases the ASCII letters; leaves every other byte as it is.
    #[inline(always)]
    pub fn fold(&self, bytes: Bytes16) -> Bytes16 {
        bytes.add(self.letters(bytes).and(self.case_bit))
    }

    /// Where the capital letters are: they alone fall below a bound once moved to the start of the signed range.
    #[inline(always)]
    pub fn letters(&self, bytes: Bytes16) -> Bytes16 {
        bytes.add(self.to_signed).less(self.below)
    }
}

/// Converts whole turns of ASCII from the start of `length` bytes; returns how many bytes that were.
#[inline(always)]
pub unsafe fn convert(from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    convert_with(&Constants::load(), from, length, to, room)
}

#[inline(always)]
pub unsafe fn convert_with(constants: &Constants, from: *const u8, length: usize, to: *mut u8, room: usize) -> usize {
    let end = length.min(room) & !(TURN - 1);
    let mut at = 0;
    while at < end {
        let [a, b, c, d] = core::array::from_fn(|i| Bytes16::load(from.add(at + i * WIDTH)));
        if a.or(b).or(c.or(d)).bitmask() != 0 {
            break;
        }
        constants.fold(a).store(to.add(at));
        constants.fold(b).store(to.add(at + WIDTH));
        constants.fold(c).store(to.add(at + 2 * WIDTH));
        constants.fold(d).store(to.add(at + 3 * WIDTH));
        at += TURN;
    }
    at
}
