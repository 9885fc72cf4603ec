//! Calls of the kernel as its tests and the fuzz target, which includes this file, make them.

use super::{lowercase, EndOfInput, Invalid, Outcome, Status};

/// Bytes behind the output that must stay as they are. Miri and the address sanitizer see what is written beyond it
/// themselves, where nothing lies behind it.
const MARGIN: usize = if cfg!(all(test, not(miri))) { 32 } else { 0 };

/// One call, with an input and an output of just their own lengths.
pub fn run(text: &[u8], capacity: usize, invalid: Invalid, end: EndOfInput, context: bool) -> (Outcome, Vec<u8>) {
    let text = text.to_vec().into_boxed_slice();
    let mut output = vec![0xa5; capacity + MARGIN].into_boxed_slice();
    let outcome = unsafe { lowercase(&text, output.as_mut_ptr(), capacity, invalid, end, context) };
    assert!(output[capacity..].iter().all(|byte| *byte == 0xa5));
    (outcome, output[..outcome.produced].to_vec())
}

/// Calls with pieces of the input and small outputs, as a stream would.
pub fn streamed(text: &[u8], piece: usize, capacity: usize, invalid: Invalid) -> Vec<u8> {
    let (mut at, mut end, mut context, mut output) = (0, piece.min(text.len()), false, Vec::new());
    while at < text.len() {
        let last = if end == text.len() { EndOfInput::End } else { EndOfInput::More };
        let (outcome, produced) = run(&text[at..end], capacity, invalid, last, context);
        output.extend(produced);
        at += outcome.consumed;
        context = outcome.context;
        match outcome.status {
            Status::OutputFull => assert!(outcome.consumed > 0),
            _ => end = text.len().min(end + piece),
        }
    }
    output
}
