import { atLeast } from "./pool_options.ts";

/** Chunks for each worker that Python's `Pool.map` makes of its input. */
const CHUNKS_PER_WORKER = 4;

/** Items a chunk: the number that was asked for, or `ceil(count / (4 * workers))` for `"auto"`. */
export function chunkSize(asked: number | "auto", count: number, workers: number): number {
  if (asked !== "auto") return atLeast(1, "chunksize", asked);
  return Math.max(1, Math.ceil(count / (workers * CHUNKS_PER_WORKER)));
}
