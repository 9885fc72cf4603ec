//! What one writes with Rust's standard library alone: two threads lower-case pieces cut at line ends, one writes in order.
use std::fs::File;
use std::io::{Read, Write};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::thread;

const THREADS: usize = 2;
const PIECE: usize = 1 << 20;
const QUEUE: usize = 2;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut input = File::open(args.next().expect("an input"))?;
    let mut output = File::create(args.next().expect("an output"))?;
    let mut to_worker: Vec<SyncSender<Vec<u8>>> = Vec::new();
    let mut from_worker: Vec<Receiver<String>> = Vec::new();
    for _ in 0..THREADS {
        let (send, pieces) = sync_channel::<Vec<u8>>(QUEUE);
        let (done, receive) = sync_channel::<String>(QUEUE);
        to_worker.push(send);
        from_worker.push(receive);
        thread::spawn(move || {
            for piece in pieces {
                let text = String::from_utf8(piece).expect("UTF-8");
                if done.send(text.to_lowercase()).is_err() {
                    return;
                }
            }
        });
    }
    let writer = thread::spawn(move || -> std::io::Result<()> {
        for turn in 0.. {
            match from_worker[turn % THREADS].recv() {
                Ok(text) => output.write_all(text.as_bytes())?,
                Err(_) => break,
            }
        }
        Ok(())
    });
    let mut rest = Vec::new();
    for turn in 0.. {
        let mut piece = std::mem::take(&mut rest);
        let wanted = PIECE.saturating_sub(piece.len()).max(PIECE / 2) as u64;
        let count = (&mut input).take(wanted).read_to_end(&mut piece)?;
        if count > 0 {
            let end = piece.iter().rposition(|&byte| byte == b'\n').map_or(piece.len(), |at| at + 1);
            rest = piece.split_off(end);
        }
        if !piece.is_empty() && to_worker[turn % THREADS].send(piece).is_err() {
            break;
        }
        if count == 0 {
            break;
        }
    }
    drop(to_worker);
    writer.join().expect("the writer")
}
