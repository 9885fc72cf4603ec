import { UnsupportedError } from "../core/errors.ts";

/**
 * Wakes one sleeper through one word of shared memory.
 *
 * States of the word: 0 = the sleeper is awake, 1 = it sleeps or is about to.
 *
 * The sleeper: (1) stores 1, (2) looks once more for work, (3) waits while the word is 1.
 * The ringer: (1) publishes its work, (2) exchanges the word for 0, (3) notifies if it was 1.
 * Both orders are sequentially consistent, so either the sleeper's second look finds the work or the ringer finds the 1:
 * no wake-up is lost, and a ringer makes a system call only for a sleeper.
 */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;

  constructor(words: Int32Array, index: number) {
    if (typeof (Atomics as { waitAsync?: unknown }).waitAsync !== "function") {
      throw new UnsupportedError("Cannot wait for other threads: this runtime has no Atomics.waitAsync");
    }
    this.#words = words;
    this.#index = index;
  }

  /** Wakes the sleeper if it sleeps. Call it after the work is published. */
  ring(): void {
    if (Atomics.load(this.#words, this.#index) === 1 && Atomics.exchange(this.#words, this.#index, 0) === 1) {
      Atomics.notify(this.#words, this.#index);
    }
  }

  /**
   * Sleeps until the next ring, leaving the event loop free. Returns `undefined` at once where `hasWork` finds some
   * after the word is set, else a promise that resolves when the bell rang or `timeout` (milliseconds) is over.
   */
  sleep(hasWork: () => boolean, timeout?: number): Promise<unknown> | undefined {
    Atomics.store(this.#words, this.#index, 1);
    if (hasWork()) {
      Atomics.store(this.#words, this.#index, 0);
      return undefined;
    }
    const wait = timeout === undefined
      ? Atomics.waitAsync(this.#words, this.#index, 1)
      : Atomics.waitAsync(this.#words, this.#index, 1, timeout);
    return wait.async ? wait.value : undefined;
  }
}
