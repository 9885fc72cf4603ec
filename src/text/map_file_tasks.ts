/**
 * What workers do for `mapText` with small files: they take dozens of them at a time, each as a whole.
 * @module
 */
import { currentProcess } from "../process/current_process.ts";
import { task } from "../process/task.ts";
import { assertUnchanged, writeDraft } from "./draft_file.ts";
import { type FailureData, TaskFailure } from "./file_failure.ts";
import type { KnownFile } from "./input_change.ts";
import { AttemptWords, GivenUpError, type MapSlot } from "./map_slot.ts";
import {
  addValues,
  type Attempt,
  clearedWriter,
  currentMapper,
  headerOf,
  leaveInSlot,
  type RangeAnswer,
  withWhole,
} from "./map_tasks.ts";
import { rawRecords } from "./raw_records.ts";
import { callRecords, type CallsEnd } from "./record_calls.ts";
import { type ErrorData, errorData, type FailedRecord } from "./record_form.ts";
import { readRecords } from "./record_range.ts";
import type { RecordWriter } from "./record_writer.ts";

/** A small file; its output goes to `target`, or where that is undefined to the common output. */
export interface MappableFile extends KnownFile {
  readonly target: string | undefined;
}

/** Asks for small files. */
export interface FilesRequest extends Attempt {
  readonly files: readonly MappableFile[];
  readonly slot: MapSlot;
  /** Of a run that can be resumed: identifies it. */
  readonly checkpoint: string | undefined;
}

/** What came of a small file. */
export interface MappedFile {
  /** Bytes of its text. */
  readonly consumed: number;
  /** Bytes of its output. */
  readonly produced: number;
  /** Path of its output until that has its name; empty where there is none of its own. */
  readonly temporary: string;
  /** Records that the function was called for. */
  readonly called: number;
  readonly failed: readonly FailedRecord[];
}

/** Why nothing came of a small file: what is expected of files, or what was thrown. */
export type FileTrouble = { readonly failure: FailureData } | { readonly thrown: ErrorData };

/** What came of small files; of the common output, all of theirs. */
export interface FilesAnswer extends Pick<RangeAnswer, "produced" | "rest" | "values" | "worker"> {
  /** In their order. Where a record that failed ends the run, its file is the last, without an output. */
  readonly files: readonly ({ readonly done: MappedFile } | FileTrouble)[];
}

/** A file whose records are mapped. */
interface CalledFile extends CallsEnd {
  /** Its output; undefined where one of the records ends the run. */
  readonly bytes: Uint8Array | undefined;
}

/** Calls the function for the records of small files and writes their outputs, or leaves them in the slot. */
export const mapFiles: (request: FilesRequest) => Promise<FilesAnswer> = task(
  import.meta,
  async function mapFiles(request) {
    const { settings } = currentMapper();
    const { files, slot, checkpoint } = request;
    const words = new AttemptWords(slot, request.attempt);
    const output = clearedWriter();
    const values: unknown[] = [];
    const ends: (CallsEnd | FileTrouble)[] = [];
    /** Where each file's output ends. */
    const places = [0];
    let isOver = false;
    for (let index = 0; index < files.length && !isOver; index++) {
      const count = values.length;
      const end = await orTrouble(() => callFile(files[index]!, index, request, words, output, values));
      words.rest();
      isOver = "called" in end && settings.stops && end.failed.length > 0;
      if (isOver || !("called" in end)) {
        output.cut(places[index]!);
        values.length = count;
      }
      ends.push(end);
      places.push(output.length);
    }
    const bytes = output.take();
    words.claimOutput();
    const done: FilesAnswer["files"][number][] = [];
    for (const [index, end] of ends.entries()) {
      if (!("called" in end)) {
        done.push(end);
        continue;
      }
      const isLost = isOver && index === ends.length - 1;
      const own = isLost ? undefined : bytes.subarray(places[index]!, places[index + 1]!);
      const mapped = await orTrouble(() => ({ done: written(files[index]!, { ...end, bytes: own }, checkpoint) }));
      done.push(mapped);
    }
    return {
      files: done,
      ...files[0]!.target === undefined ? leaveInSlot(slot, bytes) : { produced: 0, rest: undefined },
      values: settings.values ? values : undefined,
      worker: currentProcess().name,
    };
  },
);

async function orTrouble<T>(work: () => T | Promise<T>): Promise<T | FileTrouble> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GivenUpError) throw error;
    return error instanceof TaskFailure ? { failure: error.data } : { thrown: errorData(error) };
  }
}

/** Calls the function for the records of a file. */
async function callFile(
  file: MappableFile,
  index: number,
  { lost, concurrency }: Attempt,
  words: AttemptWords,
  output: RecordWriter,
  values: unknown[],
): Promise<CallsEnd> {
  const { call, settings } = currentMapper();
  const isCsv = settings.by === "csv";
  const chunk = { start: 0, end: file.size, startsQuoted: false, endsQuoted: false };
  const text = withWhole(file, (source) => readRecords(source, chunk, isCsv));
  const header = isCsv && settings.header && file.size > 0 ? headerOf(text.bytes) : undefined;
  const end = await callRecords({
    records: rawRecords(text, settings, { isFirst: true, header }),
    call,
    settings,
    concurrency,
    lost: new Map(lost.filter((place) => place.file === index).map(({ record, error }) => [record, error])),
    begin: (record) => words.begin(record, index),
    take: settings.values ? (value) => addValues(values, value) : (value) => output.write(value),
  });
  assertUnchanged(file);
  return end;
}

/** What came of a file, whose output it writes unless that goes to the common one. */
function written(
  { size: consumed, ...file }: MappableFile,
  { called, failed, bytes }: CalledFile,
  checkpoint: string | undefined,
): MappedFile {
  const answer = { consumed, produced: bytes?.length ?? 0, temporary: "", called, failed };
  const { target } = file;
  if (bytes === undefined || target === undefined) return answer;
  return {
    ...answer,
    ...writeDraft({ ...file, size: consumed, target }, checkpoint, (write) => {
      write(bytes, 0);
      return bytes.length;
    }),
  };
}
