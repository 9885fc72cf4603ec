//! What the kernels are compared with: std's `str::to_lowercase` on the texts of a folder, and doubling in place, by the
//! same compiler for this machine. Prints one line of JSON. `rustc -C opt-level=3 native.rs`.

use std::hint::black_box;

const NANOSECONDS: u64 = 5_000_000;
const PASSES: usize = 15;
/// Texts that lie one after the other: more than the processor's caches hold, so that each comes from memory.
const COPIES: usize = 64;

#[repr(C)]
struct Time {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Time) -> i32;
}

/// Nanoseconds that this process has had of a processor.
fn processor_time() -> u64 {
    const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    assert_eq!(unsafe { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mut time) }, 0);
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

/// Bytes a nanosecond of processor time: the median of some passes.
fn rate(bytes: usize, mut work: impl FnMut()) -> f64 {
    work();
    let mut rates: Vec<f64> = (0..PASSES)
        .map(|_| {
            let (start, mut calls) = (processor_time(), 0);
            while calls == 0 || processor_time() - start < NANOSECONDS {
                work();
                calls += 1;
            }
            (bytes * calls) as f64 / (processor_time() - start) as f64
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[PASSES / 2]
}

fn double_rate(bytes: usize) -> f64 {
    let mut items = vec![1.5f64; bytes / 8];
    rate(bytes, || {
        for item in black_box(&mut items).iter_mut() {
            *item += *item;
        }
    })
}

fn main() {
    let folder = std::env::args().nth(1).expect("expected a folder of texts");
    let mut texts: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    texts.sort();
    let mut cells = Vec::new();
    for path in texts {
        let own = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let (texts, mut turn) = (own.repeat(COPIES), 0);
        let mut next = || {
            turn += 1;
            &texts[turn % COPIES * own.len()..][..own.len()]
        };
        let found = match std::str::from_utf8(&own) {
            Ok(_) => rate(own.len(), || {
                black_box(unsafe { std::str::from_utf8_unchecked(black_box(next())) }.to_lowercase());
            }),
            // Invalid bytes have to be dealt with by somebody.
            Err(_) => rate(own.len(), || {
                black_box(String::from_utf8_lossy(black_box(next())).to_lowercase());
            }),
        };
        cells.push(format!("\"{name}\":{found:.4}"));
    }
    println!(
        "{{\"lowercase\":{{{}}},\"double\":{{\"cache\":{:.3},\"memory\":{:.3}}}}}",
        cells.join(","),
        double_rate(256 << 10),
        double_rate(128 << 20)
    );
}
