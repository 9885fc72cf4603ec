//! Kernels over one shared linear memory. Every pointer is an offset into it; every length of text is in bytes.
//! The caller owns the ranges that it names for the time of the call; a source and a destination never overlap.

mod case_class;
#[rustfmt::skip]
mod case_tables;
mod double;
mod lowercase;
mod reset;
mod sigma;
mod utf8;
mod utf8_block;
mod vector;

use wasm_bindgen::prelude::wasm_bindgen;

pub use lowercase::{lowercase, EndOfInput, Invalid, Outcome, Status};
pub use reset::{first_reset, last_reset};
pub use sigma::{sigma_follow, Follow};
pub use utf8::{incomplete_tail, valid_prefix};

/// Doubles `length` f64 items in place.
#[wasm_bindgen]
pub fn double_f64(address: usize, length: usize) {
    unsafe { double::double_f64(slice_mut(address, length)) }
}

/// Doubles `length` f32 items in place.
#[wasm_bindgen]
pub fn double_f32(address: usize, length: usize) {
    unsafe { double::double_f32(slice_mut(address, length)) }
}

/// Doubles `length` i32 items in place; overflow wraps.
#[wasm_bindgen]
pub fn double_i32(address: usize, length: usize) {
    unsafe { double::double_i32(slice_mut(address, length)) }
}

/// Lower-cases UTF-8. `options`: bits 0-1 the invalid mode (0 pass, 1 error, 2 replace), bits 2-3 the end of the input
/// (0 more may follow, 1 the end, 2 a Cased code point follows). `context`: 1 if the last code point before the
/// source that is not Case_Ignorable was Cased. Writes status, consumed, produced and the new context at `result`.
#[wasm_bindgen(js_name = lowercase)]
pub fn lowercase_at(
    source: usize,
    length: usize,
    destination: usize,
    capacity: usize,
    options: u32,
    context: u32,
    result: usize,
) {
    let invalid = match options & 3 {
        1 => Invalid::Error,
        2 => Invalid::Replace,
        _ => Invalid::Pass,
    };
    let end = match (options >> 2) & 3 {
        1 => EndOfInput::End,
        2 => EndOfInput::CasedFollows,
        _ => EndOfInput::More,
    };
    let outcome =
        unsafe { lowercase(slice(source, length), destination as *mut u8, capacity, invalid, end, context & 1 == 1) };
    let words = [outcome.status as u32, outcome.consumed as u32, outcome.produced as u32, outcome.context as u32];
    unsafe { (result as *mut [u32; 4]).write_unaligned(words) }
}

/// Offset of the first byte before which text may be cut so that both sides are independent; `length` if there is none.
#[wasm_bindgen(js_name = first_reset)]
pub fn first_reset_at(address: usize, length: usize) -> usize {
    unsafe { first_reset(slice(address, length)).unwrap_or(length) }
}

/// Offset of the last byte before which text may be cut so that both sides are independent; `u32::MAX` if there is none.
#[wasm_bindgen(js_name = last_reset)]
pub fn last_reset_at(address: usize, length: usize) -> usize {
    unsafe { last_reset(slice(address, length)).unwrap_or(usize::MAX) }
}

/// What follows a sigma: 0 only Case_Ignorable so far, 1 a code point that is not Cased or an invalid byte, 2 a Cased one.
#[wasm_bindgen(js_name = sigma_follow)]
pub fn sigma_follow_at(address: usize, length: usize) -> u32 {
    unsafe { sigma_follow(slice(address, length)) as u32 }
}

/// Bytes at the end that begin a UTF-8 sequence which more input may complete: 0 to 3.
#[wasm_bindgen(js_name = incomplete_tail)]
pub fn incomplete_tail_at(address: usize, length: usize) -> usize {
    unsafe { incomplete_tail(slice(address, length)) }
}

/// Whether this thread's stack was allocated for it. The first thread that uses the kernels has the module's own stack,
/// which nothing may free.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn has_allocated_stack() -> bool {
    extern "C" {
        static __heap_base: u8;
    }
    let marker = 0u8;
    core::hint::black_box(&marker) as *const u8 as usize >= core::ptr::addr_of!(__heap_base) as usize
}

unsafe fn slice<'a>(address: usize, length: usize) -> &'a [u8] {
    // An empty range may sit at address 0, which no slice may.
    if length == 0 {
        &[]
    } else {
        core::slice::from_raw_parts(address as *const u8, length)
    }
}

unsafe fn slice_mut<'a, T>(address: usize, length: usize) -> &'a mut [T] {
    if length == 0 {
        &mut []
    } else {
        core::slice::from_raw_parts_mut(address as *mut T, length)
    }
}
