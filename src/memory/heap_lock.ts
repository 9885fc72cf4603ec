import { ManyhandsError } from "../core/errors.ts";
import { isRetired, retiredError } from "../core/retirement.ts";
import { CONTROL_OFFSET } from "./linear_memory.ts";
import { buryOverdue } from "./forced_ends.ts";
import { LAST_OWNER, LOCK, LOCK_WAITERS } from "./heap_layout.ts";

const SPINS = 200;
const SLICE_MS = 10;
const LIMIT_MS = 10_000;

/**
 * The lock of the heap: one word that holds the number of its owner, 0 when free. The sections it guards are some
 * hundred instructions long, so a thread that does not get it spins first and then sleeps in slices.
 */
export class HeapLock {
  /** Number of this thread, unique among all that share the memory. */
  readonly owner: number;
  readonly #words: Int32Array;

  constructor(memory: WebAssembly.Memory) {
    this.#words = new Int32Array(memory.buffer, CONTROL_OFFSET, 16);
    this.owner = Atomics.add(this.#words, LAST_OWNER, 1) + 1;
  }

  /**
   * Takes the lock.
   *
   * @throws {ManyhandsError} with code `ERR_HEAP_LOCKED` if another thread keeps it for ten seconds, which happens only
   * when that thread was killed inside the allocator and nobody called `recoverHeap` for it; with code `ERR_STOPPED` if
   * this thread was given up.
   */
  acquire(): void {
    this.#take();
    if (!isRetired()) return;
    this.release();
    throw retiredError();
  }

  #take(): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.compareExchange(this.#words, LOCK, 0, this.owner) === 0) return;
    }
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const holder = Atomics.compareExchange(this.#words, LOCK, 0, this.owner);
      if (holder === 0) return;
      if (performance.now() > deadline) {
        throw new ManyhandsError(
          "ERR_HEAP_LOCKED",
          `Heap is locked: thread ${holder} holds it for over ${LIMIT_MS} ms`,
        );
      }
      // Counted before the wait looks at the word, so whoever releases it either sees the count or ends the wait.
      Atomics.add(this.#words, LOCK_WAITERS, 1);
      Atomics.wait(this.#words, LOCK, holder, SLICE_MS);
      Atomics.sub(this.#words, LOCK_WAITERS, 1);
      buryOverdue();
    }
  }

  /** Gives the lock back. */
  release(): void {
    // A thread that was given up may find that its lock is another's by now.
    if (Atomics.compareExchange(this.#words, LOCK, this.owner, 0) !== this.owner) throw retiredError();
    if (Atomics.load(this.#words, LOCK_WAITERS) > 0) Atomics.notify(this.#words, LOCK, 1);
  }

  /** Takes the lock over from `owner`, a thread that has ended; false if it did not hold it. */
  takeOver(owner: number): boolean {
    return Atomics.compareExchange(this.#words, LOCK, owner, this.owner) === owner;
  }
}
