import { allocateZeroed, free } from "./allocator.ts";

/**
 * The offset of the one zeroed block that a word of the shared memory leads to: the first thread that asks makes it, and
 * what others make in the same moment is freed.
 */
export function installBlock(
  words: Uint32Array | Int32Array,
  index: number,
  bytes: number,
  alignment?: number,
): number {
  const found = Atomics.load(words, index);
  if (found !== 0) return found >>> 0;
  const made = allocateZeroed(bytes, alignment);
  const before = Atomics.compareExchange(words, index, 0, made);
  if (before === 0) return made;
  free(made);
  return before >>> 0;
}
