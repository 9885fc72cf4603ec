import { InterruptedError } from "./errors.ts";
import { liveController } from "./live_signal.ts";

/** Values of the word by which a host interrupts a worker. */
export const Interrupt = { None: 0, Asked: 1, Delivered: 2 } as const;

let words: Int32Array = new Int32Array(1);
let index = 0;
let controller: AbortController | undefined;
const waiters: Set<(error: InterruptedError) => void> = new Set();

/** Tells this thread where its host says that it is interrupted. */
export function adoptInterruptWord(interruptWords: Int32Array, interruptIndex: number): void {
  words = interruptWords;
  index = interruptIndex;
}

/** Aborted with an `InterruptedError` once this thread is interrupted. */
export function interruptSignal(): AbortSignal {
  controller ??= liveController(() =>
    isInterrupted() ? new InterruptedError("The process was interrupted") : undefined
  );
  // A look at it is what aborts it.
  void controller.signal.aborted;
  return controller.signal;
}

/** Whether the host of this thread has interrupted it. */
export function isInterrupted(): boolean {
  return Atomics.load(words, index) !== Interrupt.None;
}

/** Tells the waits of this thread that it was interrupted. Where none is pending, the next one that begins hears of it. */
export function deliverInterrupt(): void {
  if (!isInterrupted()) return;
  interruptSignal();
  if (waiters.size === 0 || !takeInterrupt()) return;
  const error = new InterruptedError("The wait was interrupted");
  for (const wake of [...waiters]) wake(error);
}

/**
 * Gives up a wait. As in Python, where it is one exception in one place, an interrupt ends the waits of one moment only:
 * those that clean up afterwards may begin.
 *
 * @throws {InterruptedError} once after the host of this thread has interrupted it
 */
export function throwIfInterrupted(): void {
  if (!takeInterrupt()) return;
  interruptSignal();
  throw new InterruptedError("The wait was interrupted");
}

/** Calls `wake` when an interrupt ends the waits of this thread; the result takes that back. */
export function onInterrupt(wake: (error: InterruptedError) => void): () => void {
  waiters.add(wake);
  return () => void waiters.delete(wake);
}

function takeInterrupt(): boolean {
  return Atomics.compareExchange(words, index, Interrupt.Asked, Interrupt.Delivered) === Interrupt.Asked;
}
