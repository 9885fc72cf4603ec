/** Milliseconds at most for which a thread is held up. */
const LONGEST_MS = 0.2;
/** Below this there is no such wait, until a short sleep shows that it would have been worth it. */
const SHORTEST_MS = 0.02;

/**
 * Waits for the next message by holding the thread up for a moment: the system then runs the other side at once and wakes
 * this one within microseconds, where a turn of the event loop takes several times as long. The moment shrinks to nothing
 * while messages come later than that.
 */
export class ShortWait {
  #limit = LONGEST_MS;

  /** Whether `poll`, which takes a time limit and blocks, found something; if not, whether `sleep` did. */
  async for(poll: (timeout: number) => boolean, sleep: () => Promise<boolean>): Promise<boolean> {
    if (this.#limit >= SHORTEST_MS) {
      if (poll(this.#limit)) {
        this.#limit = Math.min(LONGEST_MS, this.#limit * 2);
        return true;
      }
      this.#limit /= 2;
    }
    const since = performance.now();
    const came = await sleep();
    if (came && performance.now() - since < 2 * LONGEST_MS) {
      this.#limit = Math.min(LONGEST_MS, Math.max(this.#limit, SHORTEST_MS) * 2);
    }
    return came;
  }
}
