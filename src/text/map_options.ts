import { CheckpointError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import type { TaskDeps, TaskLike } from "../process/define_task.ts";
import type { ByteWriter } from "./byte_sink.ts";
import type { CompressionChoice, CompressionChoices } from "./compression.ts";
import type { MapProgress } from "./map_report.ts";
import type { MapperSettings, RecordErrorMode, RecordForm } from "./record_form.ts";
import type { TextFailure } from "./report.ts";
import { CHUNK_STEP, MAX_CHUNK_BYTES, readCompression, shown, SPARE_SLOTS } from "./text_options.ts";

/** Options of {@linkcode mapText} and {@linkcode mapRecords} alike. */
export interface MapRecordsOptions {
  /**
   * Paths of files and folders (with everything in them), `"-"` for standard input, or an async iterable: of bytes, which
   * are cut into records, or of anything else, which are the records themselves.
   */
  input: string | readonly string[] | AsyncIterable<unknown>;
  /**
   * What is called for each record, in a worker: a function marked by `task`, one that uses nothing from around it, or a
   * module's export. It may be async. It may be called more than once for a record: see `retries`.
   */
  // deno-lint-ignore no-explicit-any
  task: TaskLike<[any], unknown>;
  /** Values and functions that a function sent by its source text uses by name. */
  deps?: TaskDeps;
  /**
   * What a record is: of `"lines"` (default) the text without its end; of `"ndjson"` what the line holds; of `"csv"` an
   * object by the header's names; of `"chunks"` about `chunkBytes` of text that end at a line end.
   */
  by?: RecordForm;
  /** Whether the first row of CSV names the fields (default true); without it rows are arrays. */
  header?: boolean;
  /** The character that separates the fields of CSV; a comma by default. */
  delimiter?: string;
  /** Number of workers; by default the number of cores, or fewer where there is less to do. */
  processes?: number;
  /** Whether the output is in the order of the input (default true), or as it becomes ready. */
  ordered?: boolean;
  /** Bytes of text that a worker takes at a time, a multiple of 4096 up to 256 MiB; by default 128 KiB, of chunks 1 MiB. */
  chunkBytes?: number;
  /** Calls of an async function that are under way at a time in each worker; 1 by default. */
  concurrency?: number;
  /** How often a record is tried again whose call threw, took too long or ended its worker; 0 by default. */
  retries?: number;
  /** Milliseconds that one call may take. By default a call may take for ever. */
  timeout?: number;
  /**
   * What becomes of a record that fails: `"stop"` (default) rejects with its `RecordError`; `"skip"` goes on without it;
   * `"file"` too, and writes it to `errorsTo`.
   */
  onError?: RecordErrorMode;
  /** Path of the file of failed records, NDJSON; by default the output's path and `.errors.ndjson`. */
  errorsTo?: string;
  /** Invalid UTF-8: the record fails with an `"error"` (default), or U+FFFD stands for it (`"replace"`). */
  invalid?: "error" | "replace";
  /** How the inputs are compressed: `"auto"` (default) by their names (`.gz`, `.zst`), `"gzip"`, `"zstd"` or `"none"`. */
  decompress?: CompressionChoice;
  /** Stops the run: no incomplete output stays, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Told after each piece that is written. */
  onProgress?: (progress: MapProgress) => void;
  /** Told of each input that fails and, unless `onError` is `"stop"`, of each record, as a `RecordError`. */
  onFailure?: (failure: TextFailure) => void;
}

/** Options of {@linkcode mapText}. */
export interface MapTextOptions extends MapRecordsOptions {
  /** Path of a file or folder, `"-"` for standard output, or a writer of the caller's own. */
  output: string | ByteWriter;
  /**
   * Whether all outputs go into the one file that `output` names, one after another (default false), in the order of the
   * inputs unless `ordered` is false. It appears under its name when it is complete.
   */
  concat?: boolean;
  /** How the outputs are compressed: as for `lowercase`. */
  compress?: CompressionChoice;
  /**
   * Whether the run can be gone on with after whatever ends it, a power cut too, by another call with the same options
   * (default false), the limits of calls excepted. Files only, in order. Records of a range that was under way are mapped
   * again. What the function does is not compared: one that was mended can go on where the old one failed.
   */
  checkpoint?: boolean;
}

/** The options with their defaults. */
export interface MapSettings {
  readonly input: readonly string[] | AsyncIterable<unknown>;
  /** Undefined where the values are wanted. */
  readonly output: string | ByteWriter | undefined;
  readonly task: TaskLike;
  readonly deps: TaskDeps | undefined;
  readonly mapper: MapperSettings;
  readonly processes: number;
  readonly ordered: boolean;
  readonly concat: boolean;
  readonly chunkBytes: number;
  readonly onError: RecordErrorMode;
  readonly errorsTo: string | undefined;
  readonly checkpoint: boolean;
  readonly compression: CompressionChoices;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: MapProgress) => void) | undefined;
  readonly onFailure: ((failure: TextFailure) => void) | undefined;
}

/** What is made of one range dies young, in the cache of a core and the young part of a worker's heap. */
const DEFAULT_RANGE_BYTES = 128 * 1024;
/** A record that is a chunk is worth a call. */
const DEFAULT_CHUNK_BYTES = 1024 * 1024;
/** Memory that the slots of a run take together unless the caller sets the size of chunks. */
const DEFAULT_MEMORY_BYTES = 48 * 1024 * 1024;
/** Parts of a slot, in chunks: its input where streams are read, and twice that for output. */
const SLOT_CHUNKS = 3;

/** Checks the options and fills in the defaults. Throws `TypeError` and `RangeError`. */
export function readMapOptions(options: MapRecordsOptions & Partial<MapTextOptions>): MapSettings {
  const { ordered = true, header = true, delimiter = ",", retries = 0, concurrency = 1, timeout } = options;
  const processes = options.processes ?? runtime.cores();
  checkWhole("processes", processes, 1);
  checkWhole("concurrency", concurrency, 1);
  checkWhole("retries", retries, 0);
  if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) {
    throw new RangeError(
      `Cannot map: expected timeout to be a number of milliseconds above 0, found ${shown(timeout)}`,
    );
  }
  if (typeof delimiter !== "string" || delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new TypeError(`Cannot map: expected delimiter to be one character, found ${shown(delimiter)}`);
  }
  const by = oneOf("by", options.by ?? "lines", ["lines", "ndjson", "csv", "chunks"] as const);
  const onError = oneOf("onError", options.onError ?? "stop", ["stop", "skip", "file"] as const);
  const invalid = oneOf("invalid", options.invalid ?? "error", ["error", "replace"] as const);
  const { output } = options;
  const isTask = typeof options.task === "function" || (typeof options.task === "object" && options.task !== null);
  if (!isTask) {
    throw new TypeError(
      `Cannot map: expected task to be a function or { module, export }, found ${shown(options.task)}`,
    );
  }
  return {
    input: readInput(options.input),
    output,
    task: options.task as TaskLike,
    deps: options.deps,
    mapper: {
      by,
      header,
      delimiter,
      invalid,
      concurrency,
      retries,
      timeout: timeout === Infinity ? undefined : timeout,
      stops: onError === "stop",
      values: output === undefined,
    },
    processes,
    ordered,
    concat: options.concat === true,
    chunkBytes: readChunkBytes(options.chunkBytes, processes, by),
    onError,
    errorsTo: onError === "file" ? errorFile(options.errorsTo, output) : undefined,
    checkpoint: readCheckpoint(options.checkpoint, ordered),
    compression: {
      decompress: readCompression("decompress", options.decompress),
      compress: readCompression("compress", options.compress),
    },
    signal: options.signal,
    onProgress: options.onProgress,
    onFailure: options.onFailure,
  };
}

function readCheckpoint(checkpoint: boolean | undefined, ordered: boolean): boolean {
  if (checkpoint !== true || ordered) return checkpoint === true;
  throw new CheckpointError(
    "ERR_CHECKPOINT_UNSUPPORTED",
    "Cannot keep a checkpoint: expected the output in order, found ordered to be false",
  );
}

function checkWhole(option: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new RangeError(`Cannot map: expected ${option} to be a whole number from ${least}, found ${shown(value)}`);
}

function oneOf<T extends string>(option: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new TypeError(
    `Cannot map: expected ${option} to be one of ${choices.map((choice) => `"${choice}"`).join(", ")}, found ${
      shown(value)
    }`,
  );
}

function readChunkBytes(chunkBytes: number | undefined, processes: number, by: RecordForm): number {
  if (chunkBytes === undefined) {
    const share = Math.floor(DEFAULT_MEMORY_BYTES / (processes + SPARE_SLOTS) / SLOT_CHUNKS / CHUNK_STEP) * CHUNK_STEP;
    return Math.max(CHUNK_STEP, Math.min(by === "chunks" ? DEFAULT_CHUNK_BYTES : DEFAULT_RANGE_BYTES, share));
  }
  if (Number.isSafeInteger(chunkBytes) && chunkBytes % CHUNK_STEP === 0 && chunkBytes >= CHUNK_STEP) {
    if (chunkBytes <= MAX_CHUNK_BYTES) return chunkBytes;
  }
  throw new RangeError(
    `Cannot divide the text: expected chunkBytes to be a multiple of ${CHUNK_STEP} up to ${MAX_CHUNK_BYTES}, found ${
      shown(chunkBytes)
    }`,
  );
}

function readInput(input: unknown): readonly string[] | AsyncIterable<unknown> {
  const paths = typeof input === "string" ? [input] : input;
  if (Array.isArray(paths)) {
    if (paths.length === 0) throw new TypeError("There is no input: expected at least one path");
    for (const path of paths) {
      if (typeof path === "string" && path !== "") continue;
      throw new TypeError(`Cannot read an input: expected a path, found ${shown(path)}`);
    }
    return paths as string[];
  }
  const iterable = input as Partial<AsyncIterable<unknown>> | null | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] === "function") return iterable as AsyncIterable<unknown>;
  throw new TypeError(`Cannot read the input: expected a path, paths or an async iterable, found ${shown(input)}`);
}

function errorFile(path: string | undefined, output: unknown): string {
  if (typeof path === "string" && path !== "") return path;
  if (path === undefined && typeof output === "string" && output !== "-") {
    return `${output.replace(/[/\\]+$/, "")}.errors.ndjson`;
  }
  throw new TypeError(`Cannot keep the records that fail: expected errorsTo to be a path, found ${shown(path)}`);
}
