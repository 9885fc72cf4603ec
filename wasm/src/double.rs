//! Doubling in place. On WASM a turn is 1 KiB whose addresses are one pointer and a constant each, which costs an access
//! nothing; where the engine compares the bounds at each access, it does so once for a load and its store.

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::{f32x4_add, f64x2_add, i32x4_add, v128, v128_load, v128_store};

pub fn double_f64(items: &mut [f64]) {
    #[cfg(target_arch = "wasm32")]
    let items = double_blocks(items, |vector| f64x2_add(vector, vector));
    items.iter_mut().for_each(|item| *item += *item);
}

pub fn double_f32(items: &mut [f32]) {
    #[cfg(target_arch = "wasm32")]
    let items = double_blocks(items, |vector| f32x4_add(vector, vector));
    items.iter_mut().for_each(|item| *item += *item);
}

pub fn double_i32(items: &mut [i32]) {
    #[cfg(target_arch = "wasm32")]
    let items = double_blocks(items, |vector| i32x4_add(vector, vector));
    items.iter_mut().for_each(|item| *item = item.wrapping_add(*item));
}

/// Doubles all whole blocks and returns what is left.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn double_blocks<T>(items: &mut [T], double: impl Fn(v128) -> v128 + Copy) -> &mut [T] {
    const BLOCK: usize = 1024;
    let mut blocks = items.chunks_exact_mut(BLOCK / size_of::<T>());
    for block in &mut blocks {
        let first: *mut v128 = block.as_mut_ptr().cast();
        macro_rules! each {
            ($($at:literal)*) => { $(unsafe { v128_store(first.add($at), double(v128_load(first.add($at)))) })* };
        }
        each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
        each!(32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    }
    blocks.into_remainder()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_every_length() {
        for length in 0..300 {
            let mut items: Vec<f64> = (0..length).map(|i| i as f64 + 0.5).collect();
            double_f64(&mut items);
            assert!(items.iter().enumerate().all(|(i, item)| *item == i as f64 * 2.0 + 1.0));
        }
    }

    #[test]
    fn wraps_i32() {
        let mut items = [i32::MAX, i32::MIN, 1 << 30, -1];
        double_i32(&mut items);
        assert_eq!(items, [-2, 0, i32::MIN, -2]);
    }

    #[test]
    fn keeps_subnormals_of_f32() {
        let mut items = [f32::from_bits(1); 17];
        double_f32(&mut items);
        assert!(items.iter().all(|item| item.to_bits() == 2));
    }
}
