import { deadlineOf, settlesUnless } from "../core/deadline.ts";
import { type Waitable, waitable } from "../core/waitable.ts";
import type { WaitOptions } from "../sync/word_wait.ts";

/**
 * Waits until at least one of the objects is ready, and resolves to those that are, in their order; to none where the
 * `timeout` (milliseconds; 0 or less looks once) ended first. Python: `multiprocessing.connection.wait`.
 *
 * A connection or queue is ready when there is something to receive or get, or never will be; a process when it has ended; a
 * result when it has come. Nothing is taken.
 *
 * @throws {TypeError} if one of them cannot be waited for.
 * @throws {RangeError} if the timeout is no number.
 * @throws The signal's reason.
 *
 * @example
 * ```ts
 * import { Pipe, wait } from "@manyhands/manyhands";
 *
 * const [a, b] = Pipe();
 * console.log(await wait([a, b], 10)); // []
 * await a.send("hello");
 * console.log((await wait([a, b])).length); // 1
 * ```
 */
export async function wait<T extends Waitable>(
  objects: Iterable<T>,
  options: number | WaitOptions = {},
): Promise<T[]> {
  const { timeout, signal } = typeof options === "number" ? { timeout: options } : options;
  const watched = [...objects].map((object) => ({ object, readiness: readinessOf(object) }));
  const ready = (): T[] => watched.filter(({ readiness }) => readiness.isReady()).map(({ object }) => object);
  const deadline = deadlineOf(timeout);
  for (;;) {
    signal?.throwIfAborted();
    const found = ready();
    const left = deadline - performance.now();
    if (found.length > 0 || left <= 0) return found;
    const over = new AbortController();
    try {
      const changes = watched.map(({ readiness }) => readiness.whenReady(over.signal).catch(() => {}));
      // Of no objects at all none will ever be ready.
      await settlesUnless(changes.length > 0 ? Promise.race(changes) : new Promise(() => {}), {
        timeout: left,
        signal,
      });
    } finally {
      over.abort();
    }
  }
}

function readinessOf(object: Waitable): ReturnType<Waitable[typeof waitable]> {
  if (typeof (object as Partial<Waitable> | null)?.[waitable] === "function") return object[waitable]();
  throw new TypeError(`Cannot wait for ${String(object)}: expected connections, queues, processes or results`);
}
