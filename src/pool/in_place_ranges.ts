import type { SharedArray } from "../shared/shared_array.ts";
import { chunkSize } from "./chunking.ts";

/** Bytes to which chunks are aligned: a cache line, so that no two workers write to one. */
const ALIGNMENT = 64;

/** The chunks of an array for kernels that work in place, as their arguments: the typecode, the byte offset, the length. */
export function inPlaceRanges(
  { typecode, byteOffset, length, view }: SharedArray,
  chunksize: number | "auto",
  workers: number,
): [string, number, number][] {
  const itemBytes = view.BYTES_PER_ELEMENT;
  const asked = chunkSize(chunksize, length, workers);
  const step = Math.ceil((asked * itemBytes) / ALIGNMENT) * ALIGNMENT / itemBytes;
  const ranges: [string, number, number][] = [];
  for (let at = 0; at < length; at += step) {
    ranges.push([typecode, byteOffset + at * itemBytes, Math.min(step, length - at)]);
  }
  return ranges;
}
