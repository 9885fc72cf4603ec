import { OwnerDiedError } from "../core/errors.ts";
import { heapOwner } from "../memory/allocator.ts";
import { buryOverdue } from "../memory/forced_ends.ts";
import { LockWord } from "./lock_word.ts";

/** Looks before the thread sleeps: what a mutex guards takes less than a sleep costs. */
const LOOKS = 200;
/** Milliseconds after which a sleeper looks whether the owner has died. */
const SLICE_MS = 20;

/**
 * Guards a few steps on shared memory, also on the main thread: who holds it neither waits nor runs a program's code.
 * What it guards must be whole again, or be made so by the next, wherever its owner dies.
 */
export class Mutex {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #word: LockWord;

  /** The word at `index` is its state. */
  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
    this.#word = new LockWord(words, index, heapOwner());
  }

  /** Runs `step` with the mutex held; `mend` before it, where the last owner died with the mutex. */
  exclusively<T>(step: () => T, mend?: () => void): T {
    if (this.#lock()) mend?.();
    try {
      return step();
    } finally {
      this.#word.release();
    }
  }

  /** Whether what it guards is to be mended, since its last owner died with it. */
  get isOrphaned(): boolean {
    return this.#word.isOrphaned;
  }

  /** Takes it; true where its last owner died with it. */
  #lock(): boolean {
    let isInherited = false;
    for (let looks = 1;; looks++) {
      const seen = this.#look();
      if (seen === undefined) return isInherited;
      if (seen === "abandoned") isInherited = this.#word.recover() || isInherited;
      else if (looks > LOOKS) {
        Atomics.wait(this.#words, this.#index, seen, SLICE_MS);
        buryOverdue();
      }
    }
  }

  #look(): number | "abandoned" | undefined {
    try {
      return this.#word.look();
    } catch (error) {
      if (error instanceof OwnerDiedError) return "abandoned";
      throw error;
    }
  }
}
