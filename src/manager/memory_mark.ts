import { allocate, free } from "../memory/allocator.ts";
import { heapBytes } from "../memory/linear_memory.ts";

const BYTES = 16;

/**
 * What tells a shared memory from all others: where in it which random bytes lie. Plain data. Behind them lie as many
 * that are not told: who knows those can read the memory.
 */
export type MemoryMark = readonly [byteOffset: number, bytes: Uint8Array];

/** Marks the shared memory of this program. `free` the offset in the end. */
export function markMemory(): MemoryMark {
  const bytes = crypto.getRandomValues(new Uint8Array(2 * BYTES));
  const byteOffset = allocate(bytes.length);
  heapBytes(byteOffset + bytes.length).set(bytes, byteOffset);
  return [byteOffset, bytes.slice(0, BYTES)];
}

/** Takes the mark away. */
export function unmarkMemory([byteOffset]: MemoryMark): void {
  heapBytes().fill(0, byteOffset, byteOffset + 2 * BYTES);
  free(byteOffset);
}

/** Whether this program's shared memory has the mark. */
export function hasMark([byteOffset, bytes]: MemoryMark): boolean {
  try {
    if (!Number.isInteger(byteOffset) || byteOffset < 0) return false;
    const found = heapBytes(byteOffset + 2 * BYTES);
    return bytes.length === BYTES && bytes.every((byte, index) => found[byteOffset + index] === byte);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What lies behind a mark that this program's shared memory has. */
export function proofOf([byteOffset]: MemoryMark): Uint8Array {
  return heapBytes().slice(byteOffset + BYTES, byteOffset + 2 * BYTES);
}

/** Whether another side, which got the mark, has read the memory. */
export function isProof(mark: MemoryMark, proof: unknown): boolean {
  if (!(proof instanceof Uint8Array) || proof.length !== BYTES) return false;
  let difference = 0;
  for (const [index, byte] of proofOf(mark).entries()) difference |= byte ^ proof[index]!;
  return difference === 0;
}
