import { allocate, free } from "../memory/allocator.ts";
import { heapBytes } from "../memory/linear_memory.ts";

const BYTES = 16;

/** What tells a shared memory from all others: where in it which random bytes lie. Plain data. */
export type MemoryMark = readonly [byteOffset: number, bytes: Uint8Array];

/** Marks the shared memory of this program. `free` the offset in the end. */
export function markMemory(): MemoryMark {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const byteOffset = allocate(BYTES);
  heapBytes(byteOffset + BYTES).set(bytes, byteOffset);
  return [byteOffset, bytes];
}

/** Takes the mark away. */
export function unmarkMemory([byteOffset]: MemoryMark): void {
  heapBytes().fill(0, byteOffset, byteOffset + BYTES);
  free(byteOffset);
}

/** Whether this program's shared memory has the mark. */
export function hasMark([byteOffset, bytes]: MemoryMark): boolean {
  try {
    const found = heapBytes(byteOffset + BYTES);
    return bytes.length === BYTES && bytes.every((byte, index) => found[byteOffset + index] === byte);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
