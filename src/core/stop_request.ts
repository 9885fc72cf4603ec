let words: Int32Array | undefined;
let index = 0;

/** Tells this thread where its host says that it should stop. */
export function adoptStopWord(stopWords: Int32Array, stopIndex: number): void {
  words = stopWords;
  index = stopIndex;
}

/** Whether the host of this thread asked it to stop. Long loops and kernels look at it between slices. */
export function isStopRequested(): boolean {
  return words !== undefined && Atomics.load(words, index) !== 0;
}
