import { registerSynchroniser, Synchroniser } from "./synchroniser.ts";
import { waitAsync, type WaitOptions, waitSync } from "./word_wait.ts";

const SET = 1;
const WANTED = 2;
const ROUND = 4;

/**
 * A flag that all processes of the tree share, and that one can wait for. Python: `multiprocessing.Event`.
 *
 * Its state is one word, `round * 4 + WANTED + SET`. A waiter sets WANTED where the flag is not set, and sleeps with that
 * value; `set` counts one round on and wakes all sleepers. A waiter knows by the round that the flag was set while it
 * slept, so it also returns when the flag was cleared again before it woke.
 *
 * @example
 * ```ts
 * import { Event } from "@manyhands/manyhands";
 *
 * const ready = new Event();
 * console.log(await ready.wait({ timeout: 10 })); // false
 * ready.set();
 * console.log(await ready.wait()); // true
 * ```
 */
export class Event extends Synchroniser {
  /**
   * Makes an event that is not set.
   *
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor() {
    super();
  }

  /** Whether the flag is set. */
  isSet(): boolean {
    return (Atomics.load(this.words, 0) & SET) !== 0;
  }

  /** Sets the flag and wakes all that wait. */
  set(): void {
    const { words } = this;
    for (;;) {
      const word = Atomics.load(words, 0);
      if ((word & SET) !== 0) return;
      // A round more than fits a word begins again at 0.
      if (Atomics.compareExchange(words, 0, word, ((word & -ROUND) + ROUND) | SET) !== word) continue;
      if ((word & WANTED) !== 0) Atomics.notify(words, 0);
      return;
    }
  }

  /** Clears the flag. */
  clear(): void {
    Atomics.and(this.words, 0, ~SET);
  }

  /**
   * Waits until the flag is set, leaving the event loop free: true, or false where the `timeout` (milliseconds) ended
   * first. Rejects with the signal's reason.
   *
   * @throws {RangeError} if the timeout is no number.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    return await waitAsync(this.words, 0, this.#newLook(), options);
  }

  /**
   * As `wait`, but blocks the thread; meant for workers. Ends with an error once the worker is told to stop.
   *
   * @throws {ManyhandsError} with code `ERR_STOPPED` if the host stops this worker.
   */
  waitSync(timeout?: number): boolean {
    return waitSync(this.words, 0, this.#newLook(), timeout);
  }

  /** Whether it is set. */
  protected override describe(): string {
    return this.isSet() ? "set" : "unset";
  }

  #newLook(): () => number | undefined {
    const { words } = this;
    const round = Atomics.load(words, 0) & -ROUND;
    return () => {
      for (;;) {
        const word = Atomics.load(words, 0);
        if ((word & SET) !== 0 || (word & -ROUND) !== round) return undefined;
        const wanted = word | WANTED;
        if (word === wanted || Atomics.compareExchange(words, 0, word, wanted) === word) return wanted;
      }
    };
  }

  static {
    registerSynchroniser("Event", Event, () => 0, (_, attach) => attach(() => new Event()));
  }
}
