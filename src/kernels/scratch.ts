import { allocate, free } from "../memory/allocator.ts";
import { heapBytes } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import { noteHoldings } from "./thread_records.ts";

/** Bytes that go through the kernel at a time when data comes from outside the linear memory: they stay in the cache. */
export const SLICE_BYTES: number = 65536;

/** A thread's own piece of the linear memory for data on its way to a kernel and back. All are byte offsets. */
export interface Scratch {
  /** Room for `SLICE_BYTES` bytes. */
  readonly input: number;
  /** Room for `outputBytes` bytes. */
  readonly output: number;
  readonly outputBytes: number;
  /** Room for the four words in which `lowercase` answers. */
  readonly result: number;
}

const RESULT_BYTES = 64;
// Lower-casing makes valid text longer by half at most; the little more lets the vector path reach the end.
const OUTPUT_BYTES = SLICE_BYTES + SLICE_BYTES / 2 + 64;

let scratch: Scratch | undefined;

/** This thread's scratch memory, taken from the linear memory at the first call. */
export function kernelScratch(): Scratch {
  if (scratch === undefined) {
    const result = allocate(RESULT_BYTES + SLICE_BYTES + OUTPUT_BYTES, 64);
    noteHoldings({ scratch: result });
    const input = result + RESULT_BYTES;
    scratch = { result, input, output: input + SLICE_BYTES, outputBytes: OUTPUT_BYTES };
  }
  return scratch;
}

/** Gives the scratch memory back; the next use takes new. */
export function releaseKernelScratch(): void {
  if (scratch === undefined) return;
  noteHoldings({ scratch: 0 });
  free(scratch.result);
  scratch = undefined;
}

/** Takes bytes from anywhere through the linear memory: `work` changes a slice of them there, then it is written back. */
export function workInScratch(bytes: Uint8Array, work: (byteOffset: number, length: number) => void): void {
  const { input } = kernelScratch();
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const slice = bytes.subarray(at, at + SLICE_BYTES);
    runtime.copy(heapBytes().subarray(input, input + slice.length), slice);
    work(input, slice.length);
    runtime.copy(slice, heapBytes().subarray(input, input + slice.length));
  }
}
