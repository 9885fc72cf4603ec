import type { TextCut } from "../kernels/text_kernel.ts";
import { TaskFailure } from "./file_failure.ts";
import { callFailure, type KernelCalls } from "./kernel_call.ts";
import type { ChunkPart, ChunkSettings, WindowSink } from "./lower_chunk.ts";
import { memoryView, PAGE_BYTES, type Slot } from "./slot.ts";
import { lastCut } from "./text_cut.ts";

/** How a run of a kernel works on its texts, as that travels with each task. */
export interface KernelSettings {
  readonly cut: TextCut;
  readonly growth: number;
  /** Bytes that a line may have. */
  readonly lineBytes: number;
}

/** The part of a text that is to be worked on, and how its bytes come into memory. */
export interface PieceRange {
  readonly start: number;
  /** A place where the text may be cut, or its end. */
  readonly end: number;
  /**
   * Brings the bytes from `position` to `end` into memory and returns their address: that is `output` where one is given.
   */
  readonly load: (position: number, end: number, output: number | undefined) => number;
}

/** Throws a `TaskFailure` once the run is stopped. */
export function checkStop(settings: ChunkSettings): void {
  if (settings.stopped()) throw new TaskFailure({ kind: "stopped", message: "the run was stopped" });
}

/**
 * Has a kernel work on a part of a text piece by piece, into the slot's output part or, in place, in it; as much as fits,
 * then `next` says where to go on. With a `sink` each piece goes there while it is in the cache, as in `lowerChunk`.
 */
export function kernelPieces(
  range: PieceRange,
  slot: Slot,
  settings: ChunkSettings,
  { cut, growth, lineBytes }: KernelSettings,
  calls: KernelCalls,
  sink?: WindowSink,
): ChunkPart {
  const room = (length: number): number => calls.isInPlace ? length : Math.ceil(length * growth);
  const { start, end: rangeEnd, load } = range;
  let position = start;
  let produced = 0;
  const part = (isWhole: boolean): ChunkPart => ({
    consumed: position - start,
    produced,
    next: isWhole ? undefined : { position, context: 0 },
  });
  while (position < rangeEnd) {
    checkStop(settings);
    const congruent = (PAGE_BYTES + position % PAGE_BYTES - slot.output % PAGE_BYTES) % PAGE_BYTES;
    const filled = sink === undefined ? produced : congruent;
    const output = slot.output + filled;
    const fits = (length: number): boolean => filled + room(length) <= slot.outputBytes;
    let end = Math.min(windowEnd(position, settings.windowBytes), rangeEnd);
    let address = 0;
    for (;;) {
      if (!fits(end - position)) return part(false);
      address = load(position, end, calls.isInPlace ? output : undefined);
      if (end === rangeEnd) break;
      const length = lastCut(cut, memoryView(address, end - position));
      if (length > 0) {
        end = position + length;
        break;
      }
      if (end - position >= lineBytes) throw lineTooLong(position, lineBytes);
      end = Math.min(position + 2 * (end - position), position + lineBytes, rangeEnd);
    }
    const length = end - position;
    const written = calls.run(position, address, length, output, room(length));
    const from = position;
    position = end;
    produced += written;
    if (sink !== undefined && !sink(output, written, from, length)) return part(false);
  }
  return part(true);
}

/** End of the window that starts at `position`: at the end of a page where windows are larger. */
function windowEnd(position: number, windowBytes: number): number {
  const end = position + windowBytes;
  return windowBytes >= 2 * PAGE_BYTES ? end - end % PAGE_BYTES : end;
}

/** The failure of a line that is longer than a chunk. */
export function lineTooLong(position: number, lineBytes: number): TaskFailure {
  return callFailure(
    "ERR_KERNEL_LINE_TOO_LONG",
    position,
    lineBytes,
    `expected the line to end within a chunk, ${lineBytes} bytes, found no end`,
  );
}
