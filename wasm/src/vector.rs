//! Sixteen bytes at once: WASM's v128 in the module, plain arrays where the crate's tests run.

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::*;

pub const WIDTH: usize = 16;

#[derive(Clone, Copy)]
pub struct Bytes16(#[cfg(target_arch = "wasm32")] v128, #[cfg(not(target_arch = "wasm32"))] [u8; WIDTH]);

#[cfg(target_arch = "wasm32")]
impl Bytes16 {
    #[inline(always)]
    pub unsafe fn load(from: *const u8) -> Self {
        Self(v128_load(from.cast()))
    }
    #[inline(always)]
    pub unsafe fn store(self, to: *mut u8) {
        v128_store(to.cast(), self.0)
    }
    #[inline(always)]
    pub fn zero() -> Self {
        Self(u8x16_splat(0))
    }
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(i8x16_add(self.0, other.0))
    }
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(i8x16_sub(self.0, other.0))
    }
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }
    #[inline(always)]
    pub fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }
    /// The smaller as unsigned numbers.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(u8x16_min(self.0, other.0))
    }
    /// The smaller as signed numbers.
    #[inline(always)]
    pub fn signed_min(self, other: Self) -> Self {
        Self(i8x16_min(self.0, other.0))
    }
    #[inline(always)]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(u8x16_sub_sat(self.0, other.0))
    }
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }
    /// This without the bits of `other`.
    #[inline(always)]
    pub fn and_not(self, other: Self) -> Self {
        Self(v128_andnot(self.0, other.0))
    }
    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        Self(i8x16_eq(self.0, other.0))
    }
    /// Compares as signed numbers.
    #[inline(always)]
    pub fn less(self, other: Self) -> Self {
        Self(i8x16_lt(self.0, other.0))
    }
    /// Upper four bits of each byte as 0 to 15; `nibble` is 0x0F everywhere. Shifts of bytes are slow in V8, of words not.
    #[inline(always)]
    pub fn high_nibble(self, nibble: Self) -> Self {
        Self(v128_and(u16x8_shr(self.0, 4), nibble.0))
    }
    /// Half of each byte, rounded up.
    #[inline(always)]
    pub fn half_up(self) -> Self {
        Self(u8x16_avgr(self.0, u8x16_splat(0)))
    }
    /// Half of each pair of bytes: the top bit of the lower one comes from the upper one.
    #[inline(always)]
    pub fn half_of_words(self) -> Self {
        Self(u16x8_shr(self.0, 1))
    }
    /// Byte of this table at each index from 0 to 15; 0 at any other.
    #[inline(always)]
    pub fn lookup(self, index: Self) -> Self {
        Self(i8x16_swizzle(self.0, index.0))
    }
    /// The top bit of each byte, lowest byte first.
    #[inline(always)]
    pub fn bitmask(self) -> u32 {
        i8x16_bitmask(self.0) as u32
    }
    /// Index of the first byte that is not zero; `WIDTH` if all are.
    #[inline(always)]
    pub fn first_nonzero(self) -> u32 {
        (0x1_ffff ^ i8x16_bitmask(i8x16_eq(self.0, u8x16_splat(0))) as u32).trailing_zeros()
    }
    #[inline(always)]
    pub fn any(self) -> bool {
        v128_any_true(self.0)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Bytes16 {
    pub unsafe fn load(from: *const u8) -> Self {
        Self(from.cast::<[u8; WIDTH]>().read_unaligned())
    }
    pub unsafe fn store(self, to: *mut u8) {
        to.cast::<[u8; WIDTH]>().write_unaligned(self.0)
    }
    pub fn zero() -> Self {
        Self([0; WIDTH])
    }
    pub fn add(self, other: Self) -> Self {
        self.zip(other, u8::wrapping_add)
    }
    pub fn sub(self, other: Self) -> Self {
        self.zip(other, u8::wrapping_sub)
    }
    pub fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }
    pub fn xor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }
    pub fn min(self, other: Self) -> Self {
        self.zip(other, u8::min)
    }
    pub fn signed_min(self, other: Self) -> Self {
        self.zip(other, |a, b| (a as i8).min(b as i8) as u8)
    }
    pub fn saturating_sub(self, other: Self) -> Self {
        self.zip(other, u8::saturating_sub)
    }
    pub fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }
    pub fn and_not(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }
    pub fn equal(self, other: Self) -> Self {
        self.zip(other, |a, b| if a == b { 0xff } else { 0 })
    }
    pub fn less(self, other: Self) -> Self {
        self.zip(other, |a, b| if (a as i8) < b as i8 { 0xff } else { 0 })
    }
    pub fn high_nibble(self, nibble: Self) -> Self {
        self.zip(nibble, |a, b| a >> 4 & b)
    }
    pub fn half_up(self) -> Self {
        Self(self.0.map(|byte| byte.div_ceil(2)))
    }
    pub fn half_of_words(self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] >> 1 | if i % 2 == 0 { self.0[i + 1] << 7 } else { 0 }))
    }
    pub fn lookup(self, index: Self) -> Self {
        Self(index.0.map(|i| if i < 16 { self.0[i as usize] } else { 0 }))
    }
    pub fn bitmask(self) -> u32 {
        self.0.iter().enumerate().fold(0, |mask, (i, byte)| mask | u32::from(byte >> 7) << i)
    }
    pub fn first_nonzero(self) -> u32 {
        self.0.iter().position(|byte| *byte != 0).unwrap_or(WIDTH) as u32
    }
    pub fn any(self) -> bool {
        self.0 != [0; WIDTH]
    }
    fn zip(self, other: Self, op: impl Fn(u8, u8) -> u8) -> Self {
        Self(core::array::from_fn(|i| op(self.0[i], other.0[i])))
    }
}

impl Bytes16 {
    /// The rows of a table, in their order.
    #[inline(always)]
    pub unsafe fn load_rows<const ROWS: usize>(table: &[[u8; WIDTH]; ROWS]) -> [Self; ROWS] {
        core::array::from_fn(|row| Self::load(table[row].as_ptr()))
    }
}
