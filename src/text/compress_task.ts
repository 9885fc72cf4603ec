import { task } from "../process/task.ts";
import { compress, type Compression } from "../runtime/compression.ts";
import type { Outcome } from "./file_tasks.ts";
import { memoryView, type Slot } from "./slot.ts";

/** Replaces the first `length` bytes of a slot's output part by their compressed form; answers with its length. */
export const compressSlot: (slot: Slot, length: number, form: Compression) => Outcome<number> = task(
  import.meta,
  function compressSlot(slot, length, form) {
    // Not every runtime's zlib takes shared memory.
    const compressed = compress(memoryView(slot.output, length).slice(), form);
    if (compressed.length > slot.outputBytes) {
      throw new RangeError(`Compressed text needs ${compressed.length} bytes, the slot has ${slot.outputBytes}`);
    }
    memoryView(slot.output, compressed.length).set(compressed);
    return { done: compressed.length };
  },
);
