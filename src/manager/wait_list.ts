import { startTimer } from "../core/deadline.ts";
import { deferred } from "../core/deferred.ts";
import { ManyhandsError } from "../core/errors.ts";
import type { Call } from "./call.ts";

/** Calls that wait in a server for one thing, first come first woken. */
export class WaitList {
  readonly #waiting: Set<() => void> = new Set();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits to be woken, until `deadline` of `performance.now()`: whether it was in time.
   *
   * @throws {ManyhandsError} with code `ERR_ABANDONED` where the caller gave up or was lost; it hears nothing of it
   */
  wait(call: Call, deadline: number): Promise<boolean> {
    const { promise, resolve, reject } = deferred<boolean>();
    if (call.isAbandoned) return Promise.reject(abandoned());
    const left = deadline - performance.now();
    if (left <= 0) return Promise.resolve(false);
    let stop = (): void => {};
    const leave = (): void => {
      stop();
      unlisten();
      this.#waiting.delete(wake);
    };
    const wake = (): void => {
      leave();
      resolve(true);
    };
    const unlisten = call.onAbandoned(() => {
      leave();
      reject(abandoned());
    });
    stop = startTimer(left, () => {
      leave();
      resolve(false);
    });
    this.#waiting.add(wake);
    return promise;
  }

  /** Wakes those that wait longest, at most `count`. */
  wake(count: number = 1): void {
    for (const wake of this.#waiting) {
      if (count-- <= 0) return;
      wake();
    }
  }

  /** Wakes all. */
  wakeAll(): void {
    this.wake(this.#waiting.size);
  }
}

function abandoned(): ManyhandsError {
  return new ManyhandsError("ERR_ABANDONED", "The caller does not wait for this any more");
}
