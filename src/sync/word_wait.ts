import { deadlineOf, startTimer } from "../core/deadline.ts";
import { onInterrupt, throwIfInterrupted } from "../core/interrupt.ts";
import { throwIfStopRequested } from "../core/stop_request.ts";
import { runtime } from "../runtime/current.ts";
import { onAlarm } from "./alarm.ts";
import { park } from "./park.ts";
import { Spinner } from "./spinner.ts";

/** Held by every wait: the runtimes' own `waitAsync` does not keep a program alive, and who waits is not done. */
const lifeline = runtime.lifeline();

/** Milliseconds after which a blocked thread looks whether it is told to stop or interrupted, which it has 100 ms to heed. */
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

/** Whether a wait that begins now is for another process: see {@linkcode waitingForOthers}. */
export function isWaitingForOthers(): boolean {
  return isForOthers;
}

/** How long to wait, and what ends the wait early. */
export interface WaitOptions {
  /** Milliseconds to wait at most; 0 or less looks once. Without it the wait has no limit. */
  readonly timeout?: number | undefined;
  /** Rejects the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Of a wait inside of this module. */
export interface Waiting extends WaitOptions {
  /** Milliseconds after which the look may have another outcome though nobody wakes the sleeper. */
  readonly lookAgainIn?: (() => number) | undefined;
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
  options: Waiting = {},
): Promise<boolean> {
  // Python's limits are plain numbers, and one that nobody heeded would be a wait for ever.
  if (typeof options !== "object") throw new TypeError(`Expected { timeout, signal } of a wait, found ${options}`);
  const { timeout, signal, lookAgainIn } = options;
  signal?.throwIfAborted();
  const deadline = deadlineOf(timeout);
  if (look() === undefined) return true;
  if (deadline - performance.now() <= 0) return false;
  const isOwn = !isForOthers;
  if (isOwn) throwIfInterrupted();
  let interruption: Error | undefined;
  let wake: () => void = () => {};
  const rouse = (): void => wake();
  const onInterruption = (error: Error): void => {
    interruption = error;
    wake();
  };
  const unlisten = isOwn ? onInterrupt(onInterruption) : () => {};
  const disarm = onAlarm(rouse);
  signal?.addEventListener("abort", rouse);
  if (isOwn) lifeline.hold();
  try {
    for (;;) {
      throwIfStopRequested();
      const seen = look();
      if (seen === undefined) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      if (!changesSoon(words, index, seen)) {
        const since = performance.now();
        const limit = Math.min(left, lookAgainIn?.() ?? Infinity);
        await new Promise<void>((resolve) => wake = sleep(words, index, seen, limit, resolve));
        spinner.noteSleep(performance.now() - since);
      }
      signal?.throwIfAborted();
      if (interruption !== undefined) throw interruption;
    }
  } finally {
    if (isOwn) lifeline.release();
    disarm();
    unlisten();
    signal?.removeEventListener("abort", rouse);
  }
}

/** Calls `wake` once the word is notified, or after `limit` milliseconds; the result does so at once. */
function sleep(words: Int32Array, index: number, seen: number, limit: number, wake: () => void): () => void {
  let stop = (): void => {};
  const end = (): void => {
    stop();
    unpark?.();
    wake();
  };
  const unpark = park(words, index, seen, end);
  if (unpark === undefined) wake();
  else stop = startTimer(limit, end);
  return end;
}

function changesSoon(words: Int32Array, index: number, seen: number): boolean {
  return spinner.find(() => Atomics.load(words, index) !== seen);
}
