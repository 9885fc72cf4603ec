/** One wait of the runtime's, for all of this thread that sleep on a word with the same value. */
interface Parked {
  readonly value: number;
  readonly wakes: Set<() => void>;
}

/** Those that were not notified yet, by the byte offset of their word. */
const parked: WeakMap<ArrayBufferLike, Map<number, Parked>> = new WeakMap();

/**
 * Calls `wake` when the word is notified; the result takes that back. `undefined` where the word has another value
 * than `value`: look again. Whoever changes a word from a value that someone sleeps with must notify all.
 *
 * `Atomics.waitAsync` cannot be taken back. So one wait serves all that sleep on the word, and those that come after
 * the last one gave up: each word has one at most, however often waits for it are begun and given up.
 */
export function park(words: Int32Array, index: number, value: number, wake: () => void): (() => void) | undefined {
  if (Atomics.load(words, index) !== value) return undefined;
  const address = words.byteOffset + index * words.BYTES_PER_ELEMENT;
  const ofBuffer = parkedOf(words.buffer);
  let wait = ofBuffer.get(address);
  if (wait?.value !== value) {
    const native = Atomics.waitAsync(words, index, value);
    if (!native.async) return undefined;
    wait = begin(ofBuffer, address, value, native.value);
  }
  const { wakes } = wait!;
  wakes.add(wake);
  return () => void wakes.delete(wake);
}

function parkedOf(buffer: ArrayBufferLike): Map<number, Parked> {
  let ofBuffer = parked.get(buffer);
  if (ofBuffer === undefined) parked.set(buffer, ofBuffer = new Map());
  return ofBuffer;
}

function begin(ofBuffer: Map<number, Parked>, address: number, value: number, notified: Promise<unknown>): Parked {
  const wait: Parked = { value, wakes: new Set() };
  ofBuffer.set(address, wait);
  void notified.then(() => {
    if (ofBuffer.get(address) === wait) ofBuffer.delete(address);
    for (const wake of wait.wakes) wake();
  });
  return wait;
}
