import { onInterrupt, throwIfInterrupted } from "./interrupt.ts";

/** How long to wait, and what ends the wait early. */
export interface SettleOptions {
  /** Milliseconds to wait at most; 0 or less looks once. Default: without a limit. */
  readonly timeout?: number | undefined;
  /** Rejects the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits for `promise` at most `timeout` milliseconds: `true` where it settled in time. Never rejects. */
export function settlesWithin(promise: Promise<unknown>, timeout: number): Promise<boolean> {
  if (timeout === Infinity) return promise.then(() => true, () => true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeout);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, settle);
  });
}

/**
 * As `settlesWithin`, but a wait of a user's: it rejects where the signal aborts or the process is interrupted.
 *
 * @throws {RangeError} if the timeout is no number
 * @throws {InterruptedError} where this process is interrupted meanwhile
 */
export async function settlesUnless(
  promise: Promise<unknown>,
  options: number | SettleOptions = {},
): Promise<boolean> {
  const { timeout = Infinity, signal } = typeof options === "number" ? { timeout: options } : options;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new RangeError(`Timeout must be a number of milliseconds, got ${String(timeout)}`);
  }
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
    // A timer takes no more than 2^31 - 1 milliseconds, which nobody will wait to the end.
    return await Promise.race([settlesWithin(promise, clamp(timeout)), abandoned]);
  } finally {
    unlisten();
  }
}

function clamp(timeout: number): number {
  return timeout < 2 ** 31 ? Math.max(0, timeout) : Infinity;
}
