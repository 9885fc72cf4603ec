import { deferred } from "../core/deferred.ts";
import { ManyhandsError } from "../core/errors.ts";
import type { Call } from "./call.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = (): void => {
      clearTimeout(timer);
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
    if (left <= LONGEST_TIMER_MS) {
      timer = setTimeout(() => {
        leave();
        resolve(false);
      }, left);
    }
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

/** When a wait of `timeout` milliseconds ends. Throws a RangeError where that is no number. */
export function deadlineOf(timeout: number = Infinity): number {
  if (typeof timeout === "number" && !Number.isNaN(timeout)) return performance.now() + timeout;
  throw new RangeError(`Timeout must be a number of milliseconds, got ${String(timeout)}`);
}

function abandoned(): ManyhandsError {
  return new ManyhandsError("ERR_ABANDONED", "The caller does not wait for this any more");
}
