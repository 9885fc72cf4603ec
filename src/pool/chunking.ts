import { atLeast } from "./pool_options.ts";

/** Chunks for each worker that Python's `Pool.map` makes of its input. */
const CHUNKS_PER_WORKER = 4;
/** Items of the longest list that V8 still makes among its new objects: longer ones cost it several times as much. */
const LONGEST_CHUNK = 16_000;

/** Items a chunk of a list: as `chunkSize`, but not more for `"auto"` than a list takes well. */
export function listChunkSize(asked: number | "auto", count: number, workers: number): number {
  const size = chunkSize(asked, count, workers);
  return asked === "auto" ? Math.min(size, LONGEST_CHUNK) : size;
}

/** Items a chunk: the number that was asked for, or `ceil(count / (4 * workers))` for `"auto"`. */
export function chunkSize(asked: number | "auto", count: number, workers: number): number {
  if (asked !== "auto") return atLeast(1, "chunksize", asked);
  return Math.max(1, Math.ceil(count / (workers * CHUNKS_PER_WORKER)));
}
