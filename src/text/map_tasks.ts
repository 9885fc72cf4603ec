/**
 * What workers do for `mapText`: they read ranges of files, call the user's function for each record and leave what it
 * gives as bytes in shared memory.
 * @module
 */
import { currentProcess } from "../process/current_process.ts";
import { type LoadedTask, loadTask } from "../process/load_task.ts";
import { task } from "../process/task.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { runtime } from "../runtime/current.ts";
import type { ByteSource } from "./byte_source.ts";
import type { NominalChunk } from "./chunk_plan.ts";
import { TaskFailure } from "./file_failure.ts";
import type { Outcome } from "./file_tasks.ts";
import { type InputFile, withInput } from "./input_file.ts";
import { AttemptWords, type MapSlot, type RecordPlace } from "./map_slot.ts";
import { headerText, type RangePlace, type RawRecords, rawRecords, ValueRecords } from "./raw_records.ts";
import { callRecords } from "./record_calls.ts";
import type { ErrorData, FailedRecord, MapperSettings } from "./record_form.ts";
import { hasOddQuotes, readRecords, type RecordChunk, recordEnd, ShortTextError } from "./record_range.ts";
import { RecordWriter } from "./record_writer.ts";
import { memoryView } from "./slot.ts";

/** Where the records of a range are. */
export type RangeSource =
  /** In a file. */
  | { readonly file: InputFile; readonly chunk: RecordChunk }
  /** In the slot's input part. `offset` is that in the text. */
  | { readonly length: number; readonly offset: number }
  | { readonly bytes: Uint8Array; readonly offset: number }
  | { readonly values: readonly unknown[] };

/** What one attempt at work differs in from another. */
export interface Attempt {
  readonly attempt: number;
  readonly concurrency: number;
  /** Records that ended their worker, which are not to be tried again. */
  readonly lost: readonly (RecordPlace & { readonly error: ErrorData })[];
}

/** Asks for one range. */
export interface RangeRequest extends RangePlace, Attempt {
  readonly source: RangeSource;
  readonly slot: MapSlot;
}

/** What came of a range. */
export interface RangeAnswer {
  /** Bytes of its text. */
  readonly consumed: number;
  /** Bytes of output in the slot. */
  readonly produced: number;
  /** What did not fit there. */
  readonly rest: Uint8Array | undefined;
  /** What the calls gave, where that is wanted as it is. */
  readonly values: unknown[] | undefined;
  /** Records, blank ones among them. */
  readonly count: number;
  /** Records that the function was called for. */
  readonly called: number;
  readonly failed: readonly FailedRecord[];
  /** What the worker is called. */
  readonly worker: string;
}

let mapper: { readonly call: LoadedTask; readonly settings: MapperSettings } | undefined;
let writer: RecordWriter | undefined;

/** Loads the function; the first task of each worker. */
export const prepareMapper: (definition: TaskDefinition, settings: MapperSettings) => Promise<void> = task(
  import.meta,
  async function prepareMapper(definition, settings) {
    runtime.keepHeapSmall();
    mapper = { call: await loadTask(definition), settings };
  },
);

/** The function, and how it is called; for the tasks of this thread. */
export function currentMapper(): { readonly call: LoadedTask; readonly settings: MapperSettings } {
  return mapper!;
}

/** The memory that the tasks of this thread write to, one after another; empty. */
export function clearedWriter(): RecordWriter {
  writer ??= new RecordWriter(currentMapper().settings.by === "chunks");
  writer.clear();
  return writer;
}

/** Answers with the failure of a file as data. */
async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { done: await work() };
  } catch (error) {
    if (error instanceof TaskFailure) return { failure: error.data };
    throw error;
  }
}

/** Opens a file for `work`. Throws `TaskFailure` also where it is shorter than it was. */
export function withWhole<T>(file: InputFile, work: (source: ByteSource) => T): T {
  try {
    return withInput(file, work);
  } catch (error) {
    if (!(error instanceof ShortTextError)) throw error;
    throw new TaskFailure({ kind: "changed", message: `it ends at byte ${error.end} of ${file.size}` });
  }
}

/** Calls the function for the records of a range. */
export const mapRange: (request: RangeRequest) => Promise<Outcome<RangeAnswer>> = task(
  import.meta,
  function mapRange(request) {
    return outcome(async () => {
      const { call, settings } = currentMapper();
      const { source, slot, lost, concurrency } = request;
      const words = new AttemptWords(slot, request.attempt);
      const { records, consumed } = recordsOf(source, request, settings);
      const values: unknown[] = [];
      const output = clearedWriter();
      const { called, failed } = await callRecords({
        records,
        call,
        settings,
        concurrency,
        lost: new Map(lost.map(({ record, error }) => [record, error])),
        begin: (index) => words.begin(index),
        take: settings.values ? (value) => addValues(values, value) : (value) => output.write(value),
      });
      const bytes = output.take();
      words.claimOutput();
      return {
        consumed,
        ...leaveInSlot(slot, bytes),
        values: settings.values ? values : undefined,
        count: records.count,
        called,
        failed,
        worker: currentProcess().name,
      };
    });
  },
);

/** Bytes that fit into a slot's output part, compressed too. */
export function slotRoom({ outputBytes }: MapSlot): number {
  return outputBytes - Math.ceil(outputBytes / 64) - 1024;
}

/** Puts output into its slot, as far as it fits there. */
export function leaveInSlot(slot: MapSlot, bytes: Uint8Array): Pick<RangeAnswer, "produced" | "rest"> {
  const produced = Math.min(bytes.length, slotRoom(slot));
  memoryView(slot.output, produced).set(bytes.subarray(0, produced));
  return { produced, rest: produced < bytes.length ? bytes.slice(produced) : undefined };
}

/** Adds what a call gave to the values. */
export function addValues(values: unknown[], value: unknown): void {
  if (Array.isArray(value)) { for (const item of value) if (item !== undefined) values.push(item); }
  else if (value !== undefined) values.push(value);
}

function recordsOf(
  source: RangeSource,
  request: RangeRequest,
  settings: MapperSettings,
): { records: RawRecords; consumed: number } {
  if ("values" in source) return { records: new ValueRecords(source.values), consumed: 0 };
  const text = "file" in source
    ? withWhole(source.file, (input) => readRecords(input, source.chunk, settings.by === "csv"))
    : {
      bytes: "bytes" in source ? source.bytes : memoryView(request.slot.input, source.length),
      offset: source.offset,
    };
  return { records: rawRecords(text, settings, request), consumed: text.bytes.length };
}

/** Bytes that quotes are counted in at a time. */
const WINDOW_BYTES = 64 * 1024;
/** Memory of this thread for that: a new one for each chunk is garbage that a collection has to find. */
let quoteWindow: Uint8Array | undefined;

/** Whether a chunk of a file holds an odd number of quotes. */
export const oddQuotes: (file: InputFile, chunk: NominalChunk) => Promise<Outcome<boolean>> = task(
  import.meta,
  function oddQuotes(file, { start, end }) {
    return outcome(() =>
      withWhole(file, (source) => {
        const window = quoteWindow ??= new Uint8Array(WINDOW_BYTES);
        let isOdd = false;
        for (let at = start; at < end;) {
          const part = window.subarray(0, Math.min(window.length, end - at));
          const count = source.readAt(part, at);
          if (count < part.length) throw new ShortTextError(at + count);
          if (hasOddQuotes(part)) isOdd = !isOdd;
          at += count;
        }
        return isOdd;
      })
    );
  },
);

/** The first row of CSV that begins with `bytes`. */
export function headerOf(bytes: Uint8Array): string {
  const end = recordEnd(bytes, 0, true, false);
  return headerText(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The first row of a CSV file, as it came. */
export const firstRow: (file: InputFile) => Promise<Outcome<string>> = task(
  import.meta,
  function firstRow(file) {
    return outcome(() =>
      withWhole(file, (source) => {
        const end = Math.min(1, file.size);
        const chunk = { start: 0, end, startsQuoted: false, endsQuoted: false };
        const { bytes } = readRecords(source, chunk, true);
        return headerOf(bytes);
      })
    );
  },
);
