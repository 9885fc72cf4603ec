import { TimeoutError } from "../core/errors.ts";
import { startTimer } from "../core/deadline.ts";
import type { JobOptions } from "./pool_options.ts";

/** Calls `end` when the job's signal aborts or its time is over. Returns what takes both watches away. */
export function watchLimits({ signal, timeout }: JobOptions, end: (reason: Error) => void): () => void {
  if (signal === undefined && timeout === undefined) return () => {};
  const finish = (reason: Error): void => {
    release();
    end(reason);
  };
  const onAbort = (): void => finish(abortReason(signal!));
  signal?.addEventListener("abort", onAbort, { once: true });
  const stop = startTimer(
    timeout ?? Infinity,
    () => finish(new TimeoutError(`The job did not end within ${timeout} ms`)),
  );
  const release = (): void => {
    signal?.removeEventListener("abort", onAbort);
    stop();
  };
  return release;
}

/** The reason of an aborted signal as an error. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException(String(reason), "AbortError");
}
