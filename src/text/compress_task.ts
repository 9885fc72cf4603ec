import { task } from "../process/task.ts";
import { compress, type Compression } from "../runtime/compression.ts";
import type { Outcome } from "./file_tasks.ts";
import { memoryView, type Slot } from "./slot.ts";

/** Text on its way to compression, of one slot after another: not every runtime's zlib takes shared memory. */
let text: Uint8Array = new Uint8Array(0);

/** Replaces the first `length` bytes of a slot's output part by their compressed form; answers with its length. */
export const compressSlot: (slot: Slot, length: number, form: Compression) => Outcome<number> = task(
  import.meta,
  function compressSlot(slot, length, form) {
    if (text.length < length) text = new Uint8Array(length);
    text.set(memoryView(slot.output, length));
    return compress(text.subarray(0, length), form, (compressed) => {
      if (compressed.length > slot.outputBytes) {
        throw new RangeError(`Compressed text needs ${compressed.length} bytes, the slot has ${slot.outputBytes}`);
      }
      memoryView(slot.output, compressed.length).set(compressed);
      return { done: compressed.length };
    });
  },
);
