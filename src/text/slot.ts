import { allocate, free } from "../memory/allocator.ts";
import { heapBytes } from "../memory/linear_memory.ts";

/** Offsets into files and addresses in memory agree modulo this, which makes reads from the page cache 4x faster. */
export const PAGE_BYTES = 4096;

/**
 * Where an output part starts in its page. What is written where its length puts it mostly belongs a few bytes behind the
 * start of a page of the file, and copying from the start of a page in memory to there takes 1.4 times as long: the
 * processor takes each load for one of what was stored just before, 4096 bytes away.
 */
const OUTPUT_OFFSET = PAGE_BYTES / 2;

/**
 * Working memory of one chunk on the shared linear memory: an input part and an output part. Plain data, so that it
 * travels with the task to whichever worker runs it.
 */
export interface Slot {
  /** Address of the input part, a multiple of `PAGE_BYTES`. */
  readonly input: number;
  /** Bytes of the input part. */
  readonly inputBytes: number;
  /** Address of the output part. */
  readonly output: number;
  /** Bytes of the output part. */
  readonly outputBytes: number;
  /** Of a run of a kernel of the user's: address of the words in which a worker notes the call that it is in. */
  readonly call?: number | undefined;
}

/** Allocates a slot with at least the given room. */
export function allocateSlot(inputBytes: number, outputBytes: number): Slot {
  const roundedInput = Math.ceil(inputBytes / PAGE_BYTES) * PAGE_BYTES;
  const outputStart = roundedInput + OUTPUT_OFFSET;
  const input = allocate(outputStart + outputBytes, PAGE_BYTES);
  return { input, inputBytes: roundedInput, output: input + outputStart, outputBytes };
}

/** Gives a slot's memory back; nothing may work in it any more. */
export function freeSlot(slot: Slot): void {
  free(slot.input);
}

/** The bytes of shared memory from `address` on, as they are now: a view, valid until the memory grows. */
export function memoryView(address: number, length: number): Uint8Array {
  return heapBytes(address + length).subarray(address, address + length);
}
