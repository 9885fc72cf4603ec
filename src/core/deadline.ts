import { onInterrupt, throwIfInterrupted } from "./interrupt.ts";

/** How long to wait, and what ends the wait early. */
export interface SettleOptions {
  /** Milliseconds to wait at most; 0 or less looks once. Default: without a limit. */
  readonly timeout?: number | undefined;
  /** Rejects the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds of the longest timer that runtimes take; they end a longer one at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Calls `end` after so many milliseconds, however many; never after `Infinity`. Returns what takes the timer away. */
export function startTimer(milliseconds: number, end: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (left: number): void => {
    const isLast = !(left > LONGEST_TIMER_MS);
    timer = setTimeout(isLast ? end : () => arm(left - LONGEST_TIMER_MS), isLast ? left : LONGEST_TIMER_MS);
  };
  if (milliseconds !== Infinity) arm(milliseconds);
  return () => clearTimeout(timer);
}

/**
 * When a wait of `timeout` milliseconds that begins now ends, on the clock of `performance.now()`.
 *
 * @throws {RangeError} if the timeout is no number
 */
export function deadlineOf(timeout: number = Infinity): number {
  assertTimeout(timeout);
  return performance.now() + timeout;
}

function assertTimeout(timeout: number): void {
  if (typeof timeout === "number" && !Number.isNaN(timeout)) return;
  throw new RangeError(`Timeout must be a number of milliseconds, got ${String(timeout)}`);
}

/** Waits for `promise` at most `timeout` milliseconds: `true` where it settled in time. Never rejects. */
export function settlesWithin(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  if (timeout === Infinity) return promise.then(() => true, () => true);
  return new Promise((resolve) => {
    const stop = startTimer(timeout, () => resolve(false));
    const settle = (): void => {
      stop();
      resolve(true);
    };
    promise.then(settle, settle);
  });
}

/**
 * As `settlesWithin`, but a wait of a user's: it rejects where the signal aborts or the process is interrupted.
 *
 * @throws {TypeError} where the options are neither a number nor an object
 * @throws {RangeError} if the timeout is no number
 * @throws {InterruptedError} where this process is interrupted meanwhile
 */
export async function settlesUnless(
  promise: Promise<unknown>,
  options: number | SettleOptions = {},
): Promise<boolean> {
  if (typeof options !== "number" && (typeof options !== "object" || options === null)) {
    throw new TypeError(`Cannot wait: expected milliseconds or { timeout, signal }, found ${String(options)}`);
  }
  const { timeout = Infinity, signal } = typeof options === "number" ? { timeout: options } : options;
  assertTimeout(timeout);
  signal?.throwIfAborted();
  throwIfInterrupted();
  let unlisten = (): void => {};
  const abandoned = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const deaf = onInterrupt(reject);
    unlisten = () => {
      deaf();
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([settlesWithin(promise, Math.max(0, timeout)), abandoned]);
  } finally {
    unlisten();
  }
}
