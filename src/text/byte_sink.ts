import type { Slot } from "./slot.ts";

/** Where the output of a text goes, piece by piece in the order of the text. */
export interface ByteSink {
  /**
   * Takes the first `length` bytes of the slot's output part; resolves, when the slot may be used again, with the bytes
   * that they took in the output.
   */
  write(slot: Slot, length: number): Promise<number>;
}

/** Receives bytes in order and says by its promise when it can take more; a `WritableStreamDefaultWriter` is one. */
export interface ByteWriter {
  /** Takes the next bytes; they may change after the promise resolves. */
  write(bytes: Uint8Array): void | Promise<void>;
}
