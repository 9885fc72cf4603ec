import { OutOfMemoryError } from "../core/errors.ts";
import { allocate, blockSerial, free } from "../memory/allocator.ts";
import { currentBuffer, linearMemory } from "../memory/linear_memory.ts";
import { ValueReader } from "./value_reader.ts";
import { ValueWriter } from "./value_writer.ts";

/** An encoded value in the linear memory, which all threads of this process of the operating system share. */
export interface PayloadBlock {
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Bytes of it. */
  readonly length: number;
}

/** Bytes of blocks of one thread that nobody has freed, above which it makes no more: longer rows wait elsewhere. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Bytes of blocks below which it does not look which of them were freed. */
const FEW_BYTES = 4 * 1024 * 1024;
const LARGEST_BLOCK = MOST_BYTES / 2;
/** Room that a value takes beside what the first look at it tells. */
const SPARE_BYTES = 64;

interface Made {
  readonly offset: number;
  readonly serial: number;
  readonly bytes: number;
}

/** The blocks that this thread made, oldest first; whoever frees one is another thread, so they are looked at again. */
const made: Made[] = [];
let madeBytes = 0;
/** Bytes at which it looks again: twice what was left the last time, so that looking costs little for each block. */
let nextLook = FEW_BYTES;

function forgetFreed(): void {
  let kept = 0;
  for (const one of made) {
    if (blockSerial(one.offset) === one.serial) made[kept++] = one;
    else madeBytes -= one.bytes;
  }
  made.length = kept;
  nextLook = Math.max(FEW_BYTES, madeBytes * 2);
}

function take(bytes: number): number | undefined {
  if (bytes > LARGEST_BLOCK) return undefined;
  if (madeBytes + bytes > Math.min(nextLook, MOST_BYTES)) forgetFreed();
  if (madeBytes + bytes > MOST_BYTES) return undefined;
  try {
    return allocate(bytes, 64);
  } catch (error) {
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}

/** The views of a codec on `bytes` bytes of the linear memory. */
function views(offset: number, bytes: number): [Uint8Array, Int32Array, Float64Array] {
  const buffer = currentBuffer(linearMemory(), offset + bytes);
  return [
    new Uint8Array(buffer, offset, bytes),
    new Int32Array(buffer, offset, bytes >> 2),
    new Float64Array(buffer, offset, bytes >> 3),
  ];
}

/**
 * Encodes a value that takes about `bytes` bytes into a block. Returns `undefined` where there is no room for it, or only
 * a structured clone can carry it. Throws `TaskEncodingError` where it cannot travel at all; `root` names it.
 */
export function encodeBlock(value: unknown, root: string, bytes: number): PayloadBlock | undefined {
  for (let wanted = bytes;;) {
    if (wanted > LARGEST_BLOCK) return undefined;
    const size = (wanted + SPARE_BYTES + 7) & ~7;
    const offset = take(size);
    if (offset === undefined) return undefined;
    let isMade = false;
    try {
      const writer = new ValueWriter(...views(offset, size));
      const written = writer.write(value, 0, size, root);
      if (written === "written") {
        isMade = true;
        made.push({ offset, serial: blockSerial(offset), bytes: size });
        madeBytes += size;
        return { offset, length: writer.position };
      }
      if (written === "clone") return undefined;
      wanted = Math.max(writer.position + writer.needed, size + size / 2);
    } finally {
      if (!isMade) free(offset);
    }
  }
}

/** The value in a block. Nothing of it refers to the block. */
export function decodeBlock({ offset, length }: PayloadBlock): unknown {
  return new ValueReader(...views(offset, (length + 7) & ~7)).read();
}

/** Gives the block back, which nobody reads any more. */
export function freeBlock({ offset }: PayloadBlock): void {
  free(offset);
}
