import type { ByteSource } from "./byte_source.ts";
import type { NominalChunk } from "./chunk_plan.ts";
import { TaskFailure } from "./file_failure.ts";
import { KernelCalls } from "./kernel_call.ts";
import { checkStop, kernelPieces, type KernelSettings } from "./kernel_pieces.ts";
import type { ChunkPart, ChunkSettings, ChunkState, WindowSink } from "./lower_chunk.ts";
import { memoryView, PAGE_BYTES, type Slot } from "./slot.ts";
import { firstCut } from "./text_cut.ts";

/** Reads `[position, end)` to an address and returns that. */
function readTo(address: number, source: ByteSource, position: number, end: number): number {
  const count = source.readAt(memoryView(address, end - position), position);
  if (position + count < end) {
    throw new TaskFailure({ kind: "changed", message: `it ends at byte ${position + count} of ${source.size}` });
  }
  return address;
}

/**
 * The first place from `nominal` on, and up to `limit`, where a text may be cut; undefined if there is none. The start
 * and the end of a text are such places.
 */
function cutFrom(
  nominal: number,
  limit: number,
  source: ByteSource,
  slot: Slot,
  settings: ChunkSettings,
  { cut }: KernelSettings,
): number | undefined {
  if (nominal === 0 || nominal >= source.size || cut === "bytes") return nominal;
  let bytes = PAGE_BYTES;
  for (let position = nominal - 1; position < limit;) {
    checkStop(settings);
    const end = Math.min(position + bytes, source.size);
    const view = memoryView(readTo(slot.input, source, position, end), end - position);
    const found = firstCut(cut, view, end === source.size);
    if (found !== undefined) return position + found <= limit ? position + found : undefined;
    position = end;
    bytes = settings.windowBytes;
  }
  return undefined;
}

/**
 * Has the kernel of this thread work on one chunk of a text, from its true start to its true end, as `lowerChunk` does
 * with the same arguments.
 *
 * @param file number of the text among those of the task
 */
export function kernelChunk(
  source: ByteSource,
  chunk: NominalChunk,
  slot: Slot,
  settings: ChunkSettings,
  kernel: KernelSettings,
  file: number,
  resume?: ChunkState,
  sink?: WindowSink,
): ChunkPart {
  const start = resume?.position ?? cutFrom(chunk.start, chunk.end - 1, source, slot, settings, kernel);
  if (start === undefined) return { consumed: 0, produced: 0, next: undefined };
  // A line that does not end there is too long, which shows when it is to be worked on.
  const limit = Math.min(chunk.end + kernel.lineBytes, source.size);
  const end = cutFrom(chunk.end, limit, source, slot, settings, kernel) ?? source.size;
  const load = (position: number, end: number, output: number | undefined): number =>
    readTo(output ?? slot.input + position % PAGE_BYTES, source, position, end);
  return kernelPieces({ start, end, load }, slot, settings, kernel, new KernelCalls(slot, file), sink);
}

/** Has the kernel work on text that lies in a slot's input part already, which is that from `offset` on, or go on with it. */
export function kernelHeld(
  slot: Slot,
  length: number,
  offset: number,
  settings: ChunkSettings,
  kernel: KernelSettings,
  resume: ChunkState | undefined,
): ChunkPart {
  const load = (position: number, end: number, output: number | undefined): number => {
    const address = slot.input + (position - offset);
    if (output === undefined) return address;
    memoryView(output, end - position).set(memoryView(address, end - position));
    return output;
  };
  const start = resume?.position ?? offset;
  return kernelPieces({ start, end: offset + length, load }, slot, settings, kernel, new KernelCalls(slot, 0));
}
