//! Rules of a script as three small tables. The byte before a continuation byte (its lead, or the second byte of a
//! sequence of three) has up to four kinds; a kind and the upper half of the continuation byte make a row; a row is a
//! set of classes, and so is the lower half of the byte. What a row and a lower half have in common tells what to do.

use super::irregular::Table;
use crate::vector::WIDTH;

/// The four kinds, as what to add to a row of `ROW_OF_HALF` to get its index in a table of rows; 0 is none.
pub const KINDS: [u8; 4] = [0xe0, 0xe4, 0xe8, 0xec];

/// By the upper half of a byte: the row of a continuation byte, beyond any table until a kind is added to it, and for
/// every other byte what no kind brings into a table.
pub const ROW_OF_HALF: Table =
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x21, 0x22, 0x23, 0x80, 0x80, 0x80, 0x80];

/// A table of the kinds of the bytes from `first` on.
pub const fn kinds<const N: usize>(first: u8, of: [(u8, usize); N]) -> Table {
    let mut table = [0; WIDTH];
    let mut at = 0;
    while at < N {
        table[(of[at].0 - first) as usize] = KINDS[of[at].1];
        at += 1;
    }
    table
}

/// By lower half, the classes whose sets have it: a set is a bit for each lower half.
pub const fn classes<const N: usize>(of: [(u8, u16); N]) -> Table {
    let mut table = [0; WIDTH];
    let mut at = 0;
    while at < N {
        let mut low = 0;
        while low < WIDTH {
            if of[at].1 >> low & 1 == 1 {
                table[low] |= of[at].0;
            }
            low += 1;
        }
        at += 1;
    }
    table
}
