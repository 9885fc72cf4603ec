import { deadlineOf } from "../core/deadline.ts";
import { ManyhandsError } from "../core/errors.ts";
import { currentCall } from "./call.ts";
import { WaitList } from "./wait_list.ts";

/** A semaphore that a server keeps for its clients. */
export class ManagedSemaphore {
  readonly #largest: number;
  readonly #waiting: WaitList = new WaitList();
  #permits: number;

  /** Makes it with so many permits; a bounded one never has more. */
  constructor(permits: number = 1, isBounded: boolean = false) {
    if (!(Number.isInteger(permits) && permits >= 0)) {
      throw new RangeError(`Permits of a semaphore must be a whole number from 0 on, got ${String(permits)}`);
    }
    this.#permits = permits;
    this.#largest = isBounded ? permits : Number.MAX_SAFE_INTEGER;
  }

  /** Whether a permit was taken in time. */
  async acquire(timeout?: number): Promise<boolean> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    while (this.#permits === 0) if (!await this.#waiting.wait(call, deadline)) return false;
    this.#permits--;
    return true;
  }

  /** Gives permits back. */
  release(count: number = 1): void {
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new RangeError(`Permits to release must be a whole number from 1 on, got ${String(count)}`);
    }
    if (this.#permits + count > this.#largest) {
      throw new ManyhandsError(
        "ERR_TOO_MANY_RELEASES",
        `Semaphore released too often: it has ${this.#largest} permits`,
      );
    }
    this.#permits += count;
    this.#waiting.wake(count);
  }

  /** Free permits. */
  value(): number {
    return this.#permits;
  }
}
