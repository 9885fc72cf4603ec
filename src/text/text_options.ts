import type { InvalidMode } from "../kernels/lowercase.ts";
import type { TextKernel } from "../kernels/text_kernel.ts";
import { runtime } from "../runtime/current.ts";
import type { ByteWriter } from "./byte_sink.ts";
import { type CompressionChoice, type CompressionChoices, inputCompression } from "./compression.ts";
import type { TextFailure, TextProgress } from "./report.ts";

/** Slots beyond one a worker: a worker has the next chunk at hand while finished ones wait to be written. */
export const SPARE_SLOTS = 2;

/** Options of {@linkcode lowercase}. */
export interface LowercaseOptions {
  /** Paths of files and folders (with everything in them), `"-"` for standard input, or bytes of the caller's own. */
  input: string | readonly string[] | AsyncIterable<Uint8Array>;
  /** Path of a file or folder, `"-"` for standard output, or a writer of the caller's own. */
  output: string | ByteWriter;
  /**
   * Whether all outputs go into the one file that `output` names, one after another (default false). It appears under its
   * name when it is complete; inputs that fail are left out of it from where they fail on.
   */
  concat?: boolean;
  /** Number of workers; by default the number of cores, or fewer where there is less to do. */
  processes?: number;
  /**
   * Whether outputs are finished in the order of the inputs (default true). With false each is finished as soon as it
   * is ready; the text inside an output is in order in any case.
   */
  ordered?: boolean;
  /**
   * Bytes of text that one task works on, a multiple of 4096 up to 256 MiB; by default 8 MiB, 4 MiB where the
   * output is compressed or a stream, 1 MiB of streams and compressed inputs, less for many workers.
   */
  chunkBytes?: number;
  /** Invalid UTF-8: `"pass"` it through unchanged (default), fail with an `"error"`, or `"replace"` it by U+FFFD. */
  invalid?: InvalidMode;
  /**
   * How the inputs are compressed: `"gzip"` or `"zstd"`, `"auto"` (default) by their names (`.gz`, `.zst`), or `"none"`.
   * Files of several gzip members or zstd frames are read whole.
   */
  decompress?: CompressionChoice;
  /**
   * How the outputs are compressed: `"gzip"`, `"zstd"`, `"none"`, or `"auto"` (default): as the name of the output says,
   * and in a mirrored folder as the input was. Compression is done by the workers, as members or frames of a chunk each.
   */
  compress?: CompressionChoice;
  /**
   * Whether the run can be gone on with after whatever ends it, a power cut too, by another call with the same options
   * (default false). A journal beside the output tells what is done, and incomplete outputs stay under their temporary
   * names. Files only: no standard input or output, no streams or writers. A compressed input is decompressed
   * again from its start, but what was done of its text is not done again.
   */
  checkpoint?: boolean;
  /**
   * Stops the run: the promise rejects with the signal's reason, and no incomplete output stays but those of a `checkpoint`.
   */
  signal?: AbortSignal;
  /** Told after each piece that is written. */
  onProgress?: (progress: TextProgress) => void;
  /** Told of each input that fails, as soon as it does. */
  onError?: (failure: TextFailure) => void;
}

/** What a run does instead of lower-casing. */
export interface KernelRun {
  readonly source: TextKernel;
  /** Milliseconds that one call may take. */
  readonly timeout: number;
}

/** The options with their defaults. */
export interface TextSettings {
  readonly input: readonly string[] | AsyncIterable<Uint8Array>;
  readonly output: string | ByteWriter;
  readonly concat: boolean;
  readonly processes: number;
  readonly ordered: boolean;
  readonly chunkBytes: number;
  /** Bytes of a stream or a compressed input that are worked on at a time. */
  readonly streamBytes: number;
  readonly invalid: InvalidMode;
  readonly kernel?: KernelRun | undefined;
  readonly compression: CompressionChoices;
  readonly checkpoint: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: TextProgress) => void) | undefined;
  readonly onError: ((failure: TextFailure) => void) | undefined;
}

/** Smallest chunk, and the measure of all: a page of memory. */
export const CHUNK_STEP = 4096;
/** Largest chunk, in bytes. */
export const MAX_CHUNK_BYTES: number = 256 * 1024 * 1024;
const DEFAULT_CHUNK_BYTES: number = 8 * 1024 * 1024;
/** Where chunks lie in memory as a whole: for a kernel, a compressor, or whoever reads the output. */
const DEFAULT_HELD_CHUNK_BYTES: number = 4 * 1024 * 1024;
/** A stream is read by the main thread, which is slower than the workers: larger chunks would only take memory. */
const DEFAULT_STREAM_CHUNK_BYTES: number = 1024 * 1024;
/** Memory that the chunks of a run take together unless the caller sets their size, however many workers there are. */
const DEFAULT_MEMORY_BYTES: number = 96 * 1024 * 1024;

/** A value as a message shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Checks the options and fills in the defaults. Throws `TypeError` and `RangeError`. */
export function readOptions(options: LowercaseOptions, kernel?: KernelRun): TextSettings {
  const { processes = runtime.cores(), invalid = "pass", ordered = true } = options;
  if (!Number.isSafeInteger(processes) || processes < 1) {
    throw new RangeError(
      `Cannot start the workers: expected processes to be a whole number from 1, found ${shown(processes)}`,
    );
  }
  const input = readInput(options.input);
  const streams = !Array.isArray(input) || input.includes("-");
  // Of a chunk there is the output in memory, and of one that a kernel works on the whole input too.
  const parts = kernel === undefined ? 1 : 1 + Math.max(1, kernel.source.growth);
  const isHeld = kernel !== undefined || !goesToPlainFiles(options);
  const mostBytes = streams ? DEFAULT_STREAM_CHUNK_BYTES : isHeld ? DEFAULT_HELD_CHUNK_BYTES : DEFAULT_CHUNK_BYTES;
  const { chunkBytes = defaultChunkBytes(processes, mostBytes, parts) } = options;
  if (
    !Number.isSafeInteger(chunkBytes) || chunkBytes < CHUNK_STEP || chunkBytes > MAX_CHUNK_BYTES ||
    chunkBytes % CHUNK_STEP !== 0
  ) {
    throw new RangeError(
      `Cannot divide the text: expected chunkBytes to be a multiple of ${CHUNK_STEP} up to ${MAX_CHUNK_BYTES}, found ${
        shown(chunkBytes)
      }`,
    );
  }
  if (invalid !== "pass" && invalid !== "error" && invalid !== "replace") {
    throw new TypeError(`Cannot treat invalid UTF-8: expected "pass", "error" or "replace", found ${shown(invalid)}`);
  }
  return {
    input,
    output: readOutput(options.output),
    concat: options.concat === true,
    processes,
    ordered,
    chunkBytes,
    // What a kernel takes may be a line as long as a chunk.
    streamBytes: options.chunkBytes === undefined && kernel === undefined
      ? Math.min(chunkBytes, DEFAULT_STREAM_CHUNK_BYTES)
      : chunkBytes,
    invalid,
    kernel,
    compression: {
      decompress: readCompression("decompress", options.decompress),
      compress: readCompression("compress", options.compress),
    },
    checkpoint: options.checkpoint === true,
    signal: options.signal,
    onProgress: options.onProgress,
    onError: options.onError,
  };
}

/** Checks a choice of compression. Throws `TypeError`. */
export function readCompression(option: string, choice: unknown = "auto"): CompressionChoice {
  if (choice === "auto" || choice === "none" || choice === "gzip" || choice === "zstd") return choice;
  throw new TypeError(`Cannot ${option}: expected "auto", "gzip", "zstd" or "none", found ${shown(choice)}`);
}

/** Whether the workers write plain text to files, piece by piece. */
function goesToPlainFiles({ output, compress = "auto" }: LowercaseOptions): boolean {
  return typeof output === "string" && output !== "-" && inputCompression(output, compress) === undefined;
}

function defaultChunkBytes(processes: number, most: number, parts: number): number {
  const share = Math.floor(DEFAULT_MEMORY_BYTES / (processes + SPARE_SLOTS) / parts / CHUNK_STEP) * CHUNK_STEP;
  return Math.max(CHUNK_STEP, Math.min(most, share));
}

function readInput(input: unknown): readonly string[] | AsyncIterable<Uint8Array> {
  const paths = typeof input === "string" ? [input] : input;
  if (Array.isArray(paths)) {
    if (paths.length === 0) throw new TypeError("There is no input: expected at least one path");
    for (const path of paths) {
      if (typeof path !== "string" || path === "") {
        throw new TypeError(`Cannot read an input: expected a path, found ${shown(path)}`);
      }
    }
    return paths as string[];
  }
  if (typeof (input as AsyncIterable<Uint8Array> | null)?.[Symbol.asyncIterator] === "function") {
    return input as AsyncIterable<Uint8Array>;
  }
  throw new TypeError(
    `Cannot read the input: expected a path, paths or an async iterable of bytes, found ${shown(input)}`,
  );
}

function readOutput(output: unknown): string | ByteWriter {
  if (typeof output === "string" && output !== "") return output;
  if (typeof (output as ByteWriter | null)?.write === "function") return output as ByteWriter;
  throw new TypeError(
    `Cannot write the output: expected a path or an object with a write method, found ${shown(output)}`,
  );
}
