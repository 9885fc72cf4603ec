import { allocateZeroed, free } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import type { TaskSettings } from "./file_tasks.ts";
import { CALL_WORDS } from "./kernel_call.ts";
import { windowRoom } from "./lower_chunk.ts";
import { allocateSlot, freeSlot, PAGE_BYTES, type Slot } from "./slot.ts";
import { SPARE_SLOTS, type TextSettings } from "./text_options.ts";

/** Bytes that are read and lower-cased at a time: a share of a core's second-level cache. */
const WINDOW_BYTES = 256 * 1024;

/** All that a run takes of the shared memory, whatever the size of its texts. */
export class RunMemory {
  readonly slots: readonly Slot[];
  /** The settings that go with every task. */
  readonly settings: TaskSettings;

  /**
   * Allocates the slots and the stop word.
   *
   * @param streams whether the main thread reads texts into the slots, so that a whole chunk must fit
   * @param checkpoint identifies a run that can be resumed
   * @throws {OutOfMemoryError} where the shared memory has no room for them
   */
  constructor(options: TextSettings, processes: number, streams: boolean, checkpoint?: string) {
    const { chunkBytes, streamBytes, invalid, kernel } = options;
    const windowBytes = Math.min(WINDOW_BYTES, chunkBytes);
    const roomBytes = windowRoom(kernel?.source.cut === "lines" ? chunkBytes : windowBytes);
    const inputBytes = streams ? Math.max(streamBytes, roomBytes) : roomBytes;
    // A few letters grow; where more of them come than this allows for, the chunk is written in pieces.
    const outputBytes = kernel === undefined
      ? chunkBytes + chunkBytes / 64 + 4 * PAGE_BYTES
      : Math.ceil(chunkBytes * Math.max(1, kernel.source.growth)) + windowRoom(windowBytes);
    const slots: Slot[] = [];
    try {
      while (slots.length < processes + SPARE_SLOTS) {
        const slot = allocateSlot(inputBytes, outputBytes);
        slots.push(slot);
        if (kernel !== undefined) {
          slots[slots.length - 1] = { ...slot, call: allocateZeroed(CALL_WORDS * Uint32Array.BYTES_PER_ELEMENT) };
        }
      }
      this.settings = {
        invalid,
        windowBytes,
        stopWord: allocateZeroed(4),
        checkpoint,
        kernel: kernel && { cut: kernel.source.cut, growth: kernel.source.growth, lineBytes: chunkBytes },
      };
    } catch (error) {
      slots.forEach(freeAll);
      throw error;
    }
    this.slots = slots;
  }

  /** Makes every worker leave its chunk. */
  setStopWord(): void {
    Atomics.store(typedView(Int32Array, this.settings.stopWord, 1), 0, 1);
  }

  /** Gives the memory back; no worker may work in it any more. */
  free(): void {
    this.slots.forEach(freeAll);
    free(this.settings.stopWord);
  }
}

function freeAll(slot: Slot): void {
  if (slot.call !== undefined) free(slot.call);
  freeSlot(slot);
}
