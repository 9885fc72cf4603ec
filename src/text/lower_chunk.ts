import { type InvalidMode, lowercaseRange, type LowercaseResult, type RangeOptions } from "../kernels/lowercase.ts";
import type { ByteSource } from "./byte_source.ts";
import { firstReset, incompleteTail, sigmaFollow } from "./case_context.ts";
import type { NominalChunk } from "./chunk_plan.ts";
import { TaskFailure } from "./file_failure.ts";
import { memoryView, PAGE_BYTES, type Slot } from "./slot.ts";

/** What comes after a range of text: see `lowercaseRange`. */
export type RangeEnd = NonNullable<RangeOptions["end"]>;

/** How the worker works on a chunk. */
export interface ChunkSettings {
  readonly invalid: InvalidMode;
  /** Bytes read and lower-cased at a time: small enough to stay in the cache between the two. */
  readonly windowBytes: number;
  /** Whether the run was stopped; asked between windows. */
  stopped(): boolean;
}

/** Where a chunk goes on that did not fit its slot's output part. */
export interface ChunkState {
  /** Offset of the next byte, in bytes from the start of the text. */
  readonly position: number;
  /** The kernel's context there: 1 if the last code point that is not Case_Ignorable was Cased. */
  readonly context: number;
}

/** A piece of a chunk's output, in the slot's output part. */
export interface ChunkPart {
  /** Bytes of input that the piece stands for. */
  readonly consumed: number;
  /** Bytes of output in the slot. */
  readonly produced: number;
  /** Where the next piece starts; undefined when the chunk is done. */
  readonly next: ChunkState | undefined;
}

/**
 * Takes what a window became: `length` bytes at `address`, for the `consumed` bytes of input from `position` on. Says
 * whether to go on.
 */
export type WindowSink = (address: number, length: number, position: number, consumed: number) => boolean;

/** Reads `[position, end)` into the slot, at an address that agrees with the position modulo a page; returns the address. */
function readWindow(source: ByteSource, slot: Slot, position: number, end: number): number {
  const address = slot.input + (position % PAGE_BYTES);
  const count = source.readAt(memoryView(address, end - position), position);
  if (position + count < end) {
    throw new TaskFailure({ kind: "changed", message: `it ends at byte ${position + count} of ${source.size}` });
  }
  return address;
}

/** Bytes looked at beyond a nominal position before whole windows are: in most text the boundary is a few bytes on. */
function glanceBytes(settings: ChunkSettings): number {
  return Math.min(PAGE_BYTES, settings.windowBytes);
}

/**
 * End of the window that starts at `position`: at a multiple of its size where that is more than a page, as `writeAt` has
 * it, or of the text. What the window before left of a character at its end comes on top.
 */
function windowEnd(source: ByteSource, { windowBytes }: ChunkSettings, position: number): number {
  let end = position + windowBytes;
  if (windowBytes >= 2 * PAGE_BYTES) {
    end += PAGE_BYTES;
    end -= end % windowBytes;
  }
  return Math.min(end, source.size);
}

/** Bytes that a slot's input part needs for windows of the given size. */
export function windowRoom(windowBytes: number): number {
  return windowBytes + 3 * PAGE_BYTES;
}

function checkStop(settings: ChunkSettings): void {
  if (settings.stopped()) throw new TaskFailure({ kind: "stopped", message: "the run was stopped" });
}

/** The true start of a chunk; undefined if its boundary does not exist. */
function trueStart(source: ByteSource, chunk: NominalChunk, slot: Slot, settings: ChunkSettings): number | undefined {
  if (chunk.start === 0) return 0;
  let end = Math.min(chunk.start + glanceBytes(settings), chunk.end);
  for (
    let position = chunk.start;
    position < chunk.end;
    end = Math.min(windowEnd(source, settings, position), chunk.end)
  ) {
    checkStop(settings);
    const reset = firstReset(readWindow(source, slot, position, end), end - position);
    if (position + reset < end) return position + reset;
    position = end;
  }
  return undefined;
}

/**
 * Whether a cased letter comes after `position` and only Case_Ignorable before it: looks ahead in the text as far as
 * it takes, since the Unicode rule for the final sigma has no limit.
 */
function casedFollows(source: ByteSource, slot: Slot, settings: ChunkSettings, position: number): boolean {
  while (position < source.size) {
    checkStop(settings);
    const end = windowEnd(source, settings, position);
    const address = readWindow(source, slot, position, end);
    const tail = end < source.size ? incompleteTail(address, end - position) : 0;
    const follow = sigmaFollow(address, end - position - tail);
    if (follow !== "undecided") return follow === "cased";
    position = end - tail;
  }
  return false;
}

/**
 * Lower-cases one chunk of a text from its true start to its true end into the slot's output part, or as much of it as
 * fits; then `next` says where to go on once that piece is written. Memory stays the same however long the chunk
 * is, as when a text is one giant word. With a `sink` each window's output goes there while it is in the cache, from a
 * place in the output part that agrees with the window's position modulo a page; what the sink leaves is `next`. Throws
 * a `TaskFailure` for invalid UTF-8 (mode `error`), for a text that is shorter than its size, and when stopped.
 */
export function lowerChunk(
  source: ByteSource,
  chunk: NominalChunk,
  slot: Slot,
  settings: ChunkSettings,
  resume?: ChunkState,
  sink?: WindowSink,
): ChunkPart {
  const start = resume?.position ?? trueStart(source, chunk, slot, settings);
  if (start === undefined) return { consumed: 0, produced: 0, next: undefined };
  let position = start;
  let context = resume?.context ?? 0;
  let produced = 0;
  let filled = 0;
  const lowerWindow = (address: number, length: number, end: RangeEnd): LowercaseResult =>
    lowercaseRange(address, length, slot.output + filled, slot.outputBytes - filled, {
      invalid: settings.invalid,
      end,
      context,
    });
  while (position < source.size) {
    checkStop(settings);
    let end = windowEnd(source, settings, position);
    // The last window before the nominal end goes a glance beyond it, so that it mostly holds the true end.
    if (position < chunk.end && end >= chunk.end) end = Math.min(chunk.end + glanceBytes(settings), source.size);
    const address = readWindow(source, slot, position, end);
    let ending: RangeEnd = end === source.size ? "end" : "more";
    // No reset lies between the nominal end and `position`: an earlier window would have found it.
    const from = Math.max(chunk.end, position);
    if (from < end) {
      const reset = from + firstReset(address + (from - position), end - from);
      if (reset < end) {
        end = reset;
        ending = "end";
      }
    }
    if (end === position) break;
    if (sink !== undefined) filled = (PAGE_BYTES + position % PAGE_BYTES - slot.output % PAGE_BYTES) % PAGE_BYTES;
    let result = lowerWindow(address, end - position, ending);
    if (result.status === "ok" && result.consumed === 0) {
      // The whole window is a sigma and what does not decide it.
      end -= incompleteTail(address, end - position);
      const follows = casedFollows(source, slot, settings, end) ? "cased" : "end";
      readWindow(source, slot, position, end);
      result = lowerWindow(address, end - position, follows);
    }
    const isWanted = sink?.(slot.output + filled, result.produced, position, result.consumed) ?? true;
    position += result.consumed;
    produced += result.produced;
    filled += result.produced;
    context = result.context;
    if (result.status === "invalid") {
      throw new TaskFailure({ kind: "invalid", message: "invalid UTF-8", offset: position });
    }
    if (!isWanted || (result.status === "full" && sink === undefined)) {
      return { consumed: position - start, produced, next: { position, context } };
    }
    if (ending === "end") break;
  }
  return { consumed: position - start, produced, next: undefined };
}
