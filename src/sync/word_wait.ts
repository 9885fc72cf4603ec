import { deadlineOf } from "../core/deadline.ts";
import { onInterrupt, throwIfInterrupted } from "../core/interrupt.ts";
import { throwIfStopRequested } from "../core/stop_request.ts";
import { runtime } from "../runtime/current.ts";
import { Spinner } from "./spinner.ts";

/** Held by every wait: the runtimes' own `waitAsync` does not keep a program alive, and who waits is not done. */
const lifeline = runtime.lifeline();

/**
 * Milliseconds after which a sleeper looks at its stop word. It bounds too how long a wait that was given up stays in the
 * runtime's list, since `Atomics.waitAsync` cannot be taken back.
 */
const SLICE_MS = 200;
/** The same for a blocked thread, which hears of an interrupt no other way and has 100 ms to heed it. */
const BLOCKED_SLICE_MS = 50;

/** A change often comes within the time that a sleep and a wake-up cost. */
const spinner = new Spinner();

let isForOthers = false;

/**
 * The waits that `run` begins are those of another process, which it keeps waiting and not this one: they do not keep the
 * program alive, and an interrupt of this process does not end them.
 */
export function waitingForOthers<R>(run: () => R): R {
  const before = isForOthers;
  isForOthers = true;
  try {
    return run();
  } finally {
    isForOthers = before;
  }
}

/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** Milliseconds to wait at most; 0 or less looks once. Without it the wait has no limit. */
  readonly timeout?: number | undefined;
  /** Rejects the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One look at a word: does what the waiter came for and returns undefined, or returns the word's value with which to
 * sleep. Whoever changes the word from that value wakes all sleepers, so none of them can take another one's wake-up
 * with it when it gives up or its thread ends.
 */
export type Look = () => number | undefined;

/** Blocks the thread until `look` has success; false where `timeout` (milliseconds) ended first. */
export function waitSync(words: Int32Array, index: number, look: Look, timeout?: number): boolean {
  let seen = look();
  if (seen === undefined) return true;
  const deadline = deadlineOf(timeout);
  while (seen !== undefined) {
    throwIfStopRequested();
    throwIfInterrupted();
    const left = deadline - performance.now();
    if (left <= 0) return false;
    if (!changesSoon(words, index, seen)) {
      const since = performance.now();
      Atomics.wait(words, index, seen, Math.min(left, BLOCKED_SLICE_MS));
      spinner.noteSleep(performance.now() - since);
    }
    seen = look();
  }
  return true;
}

/** As {@linkcode waitSync}, without holding up the thread; rejects with the reason of an aborted signal. */
export async function waitAsync(
  words: Int32Array,
  index: number,
  look: Look,
  { timeout, signal }: WaitOptions = {},
): Promise<boolean> {
  signal?.throwIfAborted();
  const deadline = deadlineOf(timeout);
  let seen = look();
  if (seen === undefined) return true;
  if (deadline - performance.now() <= 0) return false;
  const isOwn = !isForOthers;
  if (isOwn) throwIfInterrupted();
  let interruption: Error | undefined;
  let wake: () => void = () => {};
  const onInterruption = (error: Error): void => {
    interruption = error;
    wake();
  };
  const unlisten = isOwn ? onInterrupt(onInterruption) : () => {};
  const onAbort = (): void => wake();
  signal?.addEventListener("abort", onAbort);
  if (isOwn) lifeline.hold();
  try {
    while (seen !== undefined) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      if (!changesSoon(words, index, seen)) {
        const since = performance.now();
        const wait = Atomics.waitAsync(words, index, seen, Math.min(left, SLICE_MS));
        if (wait.async) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            void wait.value.then(() => resolve());
          });
        }
        spinner.noteSleep(performance.now() - since);
      }
      signal?.throwIfAborted();
      throwIfStopRequested();
      if (interruption !== undefined) throw interruption;
      seen = look();
    }
    return true;
  } finally {
    if (isOwn) lifeline.release();
    unlisten();
    signal?.removeEventListener("abort", onAbort);
  }
}

function changesSoon(words: Int32Array, index: number, seen: number): boolean {
  return spinner.find(() => Atomics.load(words, index) !== seen);
}
