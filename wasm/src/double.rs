//! Doubling in place. Plain loops over 256 bytes a turn: the compiler makes vector code of them for every target.

pub fn double_f64(items: &mut [f64]) {
    double_by::<f64, 32>(items, |item| item + item)
}

pub fn double_f32(items: &mut [f32]) {
    double_by::<f32, 64>(items, |item| item + item)
}

pub fn double_i32(items: &mut [i32]) {
    double_by::<i32, 64>(items, |item| item.wrapping_add(item))
}

#[inline(always)]
fn double_by<T: Copy, const N: usize>(items: &mut [T], double: impl Fn(T) -> T) {
    let mut blocks = items.chunks_exact_mut(N);
    for block in &mut blocks {
        // By a pointer: what it adds becomes the constant offset of an access, which costs nothing.
        let first = block.as_mut_ptr();
        for at in 0..N {
            unsafe { first.add(at).write(double(first.add(at).read())) }
        }
    }
    for item in blocks.into_remainder() {
        *item = double(*item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_every_length() {
        for length in 0..100 {
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
