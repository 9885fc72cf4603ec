import { ManyhandsError } from "./errors.ts";

let words: Int32Array | undefined;
let index = 0;

/** Tells this thread where its host says that it should stop. */
export function adoptStopWord(stopWords: Int32Array, stopIndex: number): void {
  words = stopWords;
  index = stopIndex;
}

/**
 * Leaves a long computation that the host wants to end.
 *
 * @throws {ManyhandsError} with code `ERR_STOPPED` once the host of this thread asked it to stop
 */
export function throwIfStopRequested(): void {
  if (isStopRequested()) throw new ManyhandsError("ERR_STOPPED", "The worker was told to stop");
}

/** Whether the host of this thread asked it to stop. Long loops and kernels look at it between slices. */
export function isStopRequested(): boolean {
  return words !== undefined && Atomics.load(words, index) !== 0;
}

/** Where the host of this thread asks it to stop, and notifies; `undefined` where it has done so, or there is no host. */
export function stopWord(): { readonly words: Int32Array; readonly index: number } | undefined {
  return words === undefined || isStopRequested() ? undefined : { words, index };
}
