/**
 * What workers do for the text pipeline. Each call opens its file itself (that costs a few microseconds, and file
 * numbers do not cross threads on every runtime) and answers with plain data, failures included.
 * @module
 */
import type { InvalidMode } from "../kernels/lowercase.ts";
import { typedView } from "../memory/linear_memory.ts";
import { task } from "../process/task.ts";
import { closeFile, isZero, openToWrite, removeFile, writeAt } from "../runtime/files.ts";
import type { ByteSource } from "./byte_source.ts";
import { assertUnchanged, type BatchedFile, writeDraft, type WrittenFile } from "./draft_file.ts";
import type { NominalChunk } from "./chunk_plan.ts";
import { type FailureData, guarded, TaskFailure } from "./file_failure.ts";
import type { KnownFile } from "./input_change.ts";
import { type InputFile, withInput } from "./input_file.ts";
import {
  type ChunkPart,
  type ChunkSettings,
  type ChunkState,
  lowerChunk,
  type RangeEnd,
  type WindowSink,
} from "./lower_chunk.ts";
import { kernelChunk, kernelHeld } from "./kernel_chunk.ts";
import type { KernelSettings } from "./kernel_pieces.ts";
import { type HeldPart, lowerHeld } from "./lower_held.ts";
import { memoryView, type Slot } from "./slot.ts";

/** The settings of a run as they travel. */
export interface TaskSettings {
  readonly invalid: InvalidMode;
  readonly windowBytes: number;
  /** Address of a 32-bit word in linear memory that becomes 1 when the run is stopped. */
  readonly stopWord: number;
  /** Of a run that can be resumed: identifies it, and small files are made to last before their task has its answer. */
  readonly checkpoint?: string | undefined;
  /** Of a run of a kernel of the user's instead of lower-casing. */
  readonly kernel?: KernelSettings | undefined;
}

export type { BatchedFile, WrittenFile } from "./draft_file.ts";

/** What a task answers: its result, or why there is none. */
export type Outcome<T> = { readonly done: T } | { readonly failure: FailureData };

function outcome<T>(work: () => T): Outcome<T> {
  try {
    return { done: work() };
  } catch (error) {
    if (error instanceof TaskFailure) return { failure: error.data };
    throw error;
  }
}

function chunkSettings(settings: TaskSettings): ChunkSettings {
  return {
    invalid: settings.invalid,
    windowBytes: settings.windowBytes,
    stopped: () => Atomics.load(typedView(Int32Array, settings.stopWord, 1), 0) !== 0,
  };
}

/** Does to a chunk what the run is for. `index`: number of the file among those of the task. */
function workOnChunk(
  source: ByteSource,
  chunk: NominalChunk,
  slot: Slot,
  { kernel, ...rest }: TaskSettings,
  index: number,
  resume?: ChunkState,
  sink?: WindowSink,
): ChunkPart {
  const settings = chunkSettings(rest);
  return kernel === undefined
    ? lowerChunk(source, chunk, slot, settings, resume, sink)
    : kernelChunk(source, chunk, slot, settings, kernel, index, resume, sink);
}

function withOutput<T>(path: string, work: (write: (source: Uint8Array, position: number) => void) => T): T {
  const opened = guarded("write", () => openToWrite(path));
  try {
    return work((source, position) => guarded("write", () => writeAt(opened, source, position)));
  } finally {
    // Some file systems tell only now that the disk was full.
    guarded("write", () => closeFile(opened));
  }
}

function outputOf(slot: Slot, length: number): Uint8Array {
  return memoryView(slot.output, length);
}

/** Lower-cases one chunk of a file into a slot, or the next piece of it. */
export const lowerFileChunk: (
  file: InputFile,
  chunk: NominalChunk,
  slot: Slot,
  settings: TaskSettings,
  resume: ChunkState | undefined,
) => Outcome<ChunkPart> = task(
  import.meta,
  function lowerFileChunk(file, chunk, slot, settings, resume) {
    return outcome(() => withInput(file, (source) => workOnChunk(source, chunk, slot, settings, 0, resume)));
  },
);

/** What a chunk came to that was written where it lies in the input. */
export interface KeptPart {
  /** Bytes of the chunk. */
  readonly consumed: number;
  /** Whether all of it kept its length, so that what was written is right. */
  readonly kept: boolean;
}

/**
 * Lower-cases one chunk of a file and writes it into an existing file at the position that it has in the input, window by
 * window while each is in the cache. Gives up at the first window whose length changes; what was written up to there
 * is right if everything before the chunk kept its length too.
 */
export const lowerChunkInto: (
  file: InputFile,
  chunk: NominalChunk,
  output: string,
  slot: Slot,
  settings: TaskSettings,
) => Outcome<KeptPart> = task(
  import.meta,
  function lowerChunkInto(file, chunk, output, slot, settings) {
    return outcome(() =>
      withInput(file, (source) =>
        withOutput(output, (write) => {
          let kept = true;
          const { consumed } = workOnChunk(
            source,
            chunk,
            slot,
            settings,
            0,
            undefined,
            (address, length, position, read) => {
              kept = length === read;
              if (!kept || length === 0) return kept;
              const bytes = memoryView(address, length);
              // The file is new: what is not written is a hole of zeros.
              if (!isZero(bytes)) write(bytes, position);
              return true;
            },
          );
          return { consumed, kept };
        }))
    );
  },
);

/** Writes the first `length` bytes of a slot's output part into an existing file at `position`. */
export const writeSlot: (path: string, slot: Slot, length: number, position: number) => Outcome<number> = task(
  import.meta,
  function writeSlot(path, slot, length, position) {
    return outcome(() => {
      withOutput(path, (write) => write(outputOf(slot, length), position));
      return length;
    });
  },
);

/** Reads, lower-cases and writes whole files, each beside its target; answers for each of them. For files of a chunk or less. */
export const lowerFiles: (
  files: readonly BatchedFile[],
  slot: Slot,
  settings: TaskSettings,
) => Outcome<WrittenFile>[] = task(
  import.meta,
  function lowerFiles(files, slot, settings) {
    return files.map((file, index) => outcome(() => lowerFile(file, index, slot, settings)));
  },
);

function lowerFile(file: BatchedFile, index: number, slot: Slot, settings: TaskSettings): WrittenFile {
  const written = withInput(
    file,
    (source) => writeDraft(file, settings.checkpoint, (write) => lowerAll(source, index, slot, settings, write)),
  );
  try {
    assertUnchanged(file);
  } catch (error) {
    removeFile(written.temporary);
    throw error;
  }
  return written;
}

/** Lower-cases the whole of a text piece by piece; returns the bytes of output. */
function lowerAll(
  source: ByteSource,
  index: number,
  slot: Slot,
  settings: TaskSettings,
  write: (bytes: Uint8Array, position: number) => void,
): number {
  let produced = 0;
  for (let resume: ChunkState | undefined, more = true; more; more = resume !== undefined) {
    const part = workOnChunk(source, { start: 0, end: source.size }, slot, settings, index, resume);
    if (part.produced > 0) write(outputOf(slot, part.produced), produced);
    produced += part.produced;
    resume = part.next;
  }
  return produced;
}

/** What some files came to whose outputs are in a slot, one after another. */
export interface JoinedPart extends ChunkPart {
  /** What came of each file that is over, from the first on; where there is a `next`, it is in the file after those. */
  readonly ends: readonly Outcome<true>[];
}

/** Reads and lower-cases whole files into one slot, or as many of them as fit, or the next piece of the first. */
export const lowerFilesTogether: (
  files: readonly KnownFile[],
  slot: Slot,
  settings: TaskSettings,
  resume: ChunkState | undefined,
) => Outcome<JoinedPart> = task(
  import.meta,
  function lowerFilesTogether(files, slot, settings, resume) {
    return { done: lowerTogether(files, slot, settings, resume) };
  },
);

function lowerTogether(
  files: readonly KnownFile[],
  slot: Slot,
  settings: TaskSettings,
  resume: ChunkState | undefined,
): JoinedPart {
  const ends: Outcome<true>[] = [];
  let consumed = 0;
  let produced = 0;
  for (const [index, file] of files.entries()) {
    const rest = { ...slot, output: slot.output + produced, outputBytes: slot.outputBytes - produced };
    const from = index === 0 ? resume : undefined;
    const part = outcome(() => {
      const part = withInput(
        file,
        (source) => workOnChunk(source, { start: 0, end: source.size }, rest, settings, index, from),
      );
      if (part.next === undefined) assertUnchanged(file);
      return part;
    });
    if ("done" in part) {
      consumed += part.done.consumed;
      produced += part.done.produced;
      if (part.done.next !== undefined) return { ends, consumed, produced, next: part.done.next };
      ends.push({ done: true });
    } else ends.push(part);
  }
  return { ends, consumed, produced, next: undefined };
}

/** Lower-cases bytes that lie in a slot's input part already, or the next piece of them. */
export const lowerSlot: (
  slot: Slot,
  length: number,
  ending: RangeEnd,
  settings: TaskSettings,
  from: ChunkState,
) => Outcome<HeldPart> = task(
  import.meta,
  function lowerSlot(slot, length, ending, settings, from) {
    return outcome(() => lowerHeld(slot, length, ending, chunkSettings(settings), from));
  },
);

/** A part of a text that comes in order. */
export interface TextPart {
  readonly path: string;
  /** Where it starts, in bytes from the start of the text. */
  readonly offset: number;
}

/** Has the kernel of the user's work on bytes that lie in a slot's input part already, or on the next piece of them. */
export const kernelSlot: (
  part: TextPart,
  length: number,
  slot: Slot,
  settings: TaskSettings,
  resume: ChunkState | undefined,
) => Outcome<ChunkPart> = task(
  import.meta,
  function kernelSlot({ offset }, length, slot, settings, resume) {
    return outcome(() => kernelHeld(slot, length, offset, chunkSettings(settings), settings.kernel!, resume));
  },
);
