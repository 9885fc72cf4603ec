import { ManyhandsError, OutputConflictError } from "../core/errors.ts";
import { defineTask } from "../process/define_task.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { Pool } from "../pool/pool.ts";
import { assertCompression } from "../runtime/compression.ts";
import { realPath } from "../runtime/files.ts";
import { batchBytes, batchShare, isSmall } from "./batch_run.ts";
import { chunkCount } from "./chunk_plan.ts";
import { type CommonOutput, openCommonOutput } from "./common_output.ts";
import type { RunIdentity } from "./checkpoint_records.ts";
import { ErrorLog } from "./error_log.ts";
import { FileSink } from "./file_sink.ts";
import { type MapRecordsOptions, type MapSettings, type MapTextOptions, readMapOptions } from "./map_options.ts";
import type { MapReport } from "./map_report.ts";
import { MapRun } from "./map_run.ts";
import { allocateMapSlot, freeMapSlot, type MapSlot } from "./map_slot.ts";
import { prepareMapper } from "./map_tasks.ts";
import { RangeCaller } from "./range_caller.ts";
import type { MapCursor, RecordSink } from "./record_delivery.ts";
import { type KeptSource, RunCheckpoint, withCompression } from "./run_checkpoint.ts";
import { SharedFileSink } from "./shared_file_sink.ts";
import { PAGE_BYTES } from "./slot.ts";
import type { TaskRunner } from "./task_runner.ts";
import { SPARE_SLOTS } from "./text_options.ts";
import { planText, STREAM_NAME, type TextPlan } from "./text_plan.ts";
import { ValueChannel } from "./value_channel.ts";

/**
 * Calls a function of the user's for each record of texts of any size, in workers, and writes what it gives: in flat
 * memory, in the order of the input unless `ordered` is false. Workers read their own ranges of files, cut at the ends of
 * lines, and the output goes from them to its place; only streams, standard output and writers pass through this thread.
 *
 * What the function gives for a record is written so: a string as a line (with `by: "chunks"` as it is), bytes as they
 * are, `undefined` not at all, all else as a line of JSON; each item of an array or another iterable by itself.
 *
 * A record fails alone: where it is malformed, or the function throws for it, takes longer than `timeout` or ends its
 * worker. `onError` says what becomes of it. Inputs that cannot be read are reported, the others go on.
 *
 * @returns what was done; the inputs that failed are in `failed`
 * @throws {RecordError} for the first record that fails, where `onError` is `"stop"`
 * @throws {CheckpointError} where a run with `checkpoint` is not the one that is to be resumed, or cannot be
 * @throws {TaskLoadError} where the function's module or export is not there
 * @throws {TypeError} where an option is of the wrong kind
 * @throws {RangeError} where a number is out of its range
 * @throws {OutputConflictError} where the output is, lies inside or would overwrite an input, or is no folder and must be
 * @throws the signal's reason once `signal` is aborted
 *
 * Python's counterpart is `Pool.imap` over the lines of a file.
 *
 * @example
 * ```ts ignore
 * import { mapText } from "@manyhands/manyhands/text";
 *
 * const report = await mapText({
 *   input: "people.ndjson",
 *   output: "names.txt",
 *   by: "ndjson",
 *   task: (person: { name: string }) => person.name.toUpperCase(),
 *   onError: "file", // what fails goes to names.txt.errors.ndjson
 * });
 * console.log(`${report.records} records, ${report.recordsFailed} failed`);
 * ```
 */
export async function mapText(options: MapTextOptions): Promise<MapReport> {
  const { output } = options;
  const isOutput = typeof output === "string" ? output !== "" : typeof output?.write === "function";
  if (!isOutput) {
    throw new TypeError(
      `Cannot write the output: expected a path or an object with a write method, found ${
        typeof output === "string" ? '""' : String(output)
      }`,
    );
  }
  return await runMap(readMapOptions(options), undefined);
}

/**
 * `mapText` that gives the values themselves, one by one, instead of text: in the order of the input unless `ordered` is
 * false, each item of an array by itself, without `undefined`. A consumer that is slow stops the reading; one that leaves
 * ends the run. Throws, when the values are asked for, what `mapText` throws, and the first input's error where inputs
 * failed, after the values of the others.
 *
 * @example
 * ```ts
 * import { mapRecords } from "@manyhands/manyhands/text";
 *
 * async function* lines() {
 *   yield "many";
 *   yield "hands";
 * }
 *
 * for await (const length of mapRecords({ input: lines(), task: (line: string) => line.length })) console.log(length);
 * // 4, 5
 * ```
 */
export function mapRecords<R = unknown>(options: MapRecordsOptions): AsyncGenerator<R, void, void> {
  const leaving = new AbortController();
  const signal = options.signal === undefined ? leaving.signal : AbortSignal.any([options.signal, leaving.signal]);
  return readRecords(readMapOptions({ ...options, signal }), leaving) as AsyncGenerator<R, void, void>;
}

async function* readRecords(settings: MapSettings, leaving: AbortController): AsyncGenerator<unknown, void, void> {
  const channel = new ValueChannel();
  const run = runMap(settings, channel).then(
    ({ failed }) => channel.end(failed.length > 0 ? failed[0] : undefined),
    (error) => channel.end({ error }),
  );
  try {
    yield* channel.read();
  } finally {
    leaving.abort();
    await run;
  }
}

async function runMap(settings: MapSettings, channel: ValueChannel | undefined): Promise<MapReport> {
  const { signal, output: target, mapper } = settings;
  signal?.throwIfAborted();
  const began = performance.now();
  const definition = defineTask(settings.task, settings.deps);
  const place = typeof target === "string" && target !== "-" ? { path: target, concat: settings.concat } : "writer";
  const input = settings.input as readonly string[] | AsyncIterable<Uint8Array>;
  const plan = await planText(input, place, settings.compression, signal);
  plan.compressions.forEach(assertCompression);
  if (settings.errorsTo !== undefined) refuseErrorFile(settings.errorsTo, plan);
  const processes = Math.max(1, Math.min(settings.processes, taskCount(plan, settings)));
  const pool = new Pool({
    processes,
    initializer: prepareMapper,
    initargs: [definition, mapper],
    context: "worker",
    name: "map",
  });
  const parts = new RunParts();
  try {
    if (settings.checkpoint) {
      parts.checkpoint = await RunCheckpoint.open<MapCursor>(
        { output: target!, chunkBytes: settings.chunkBytes, processes: settings.processes },
        plan,
        identityOf(settings, definition, plan),
        (error) => parts.run?.stop(error),
      );
    }
    // Nothing is written for a function that is not there.
    await Promise.race([pool.apply(prepareMapper, [definition, mapper]), abortOf(signal)]).catch(throwCause);
    const { common } = plan;
    const output = channel === undefined && common === undefined
      ? await openCommonOutput(target!, plan.device)
      : undefined;
    const slots = parts.allocate(processes + SPARE_SLOTS, settings.chunkBytes, plan);
    const { checkpoint } = parts;
    if (settings.errorsTo !== undefined) parts.errorLog = await openErrorLog(settings.errorsTo, plan, checkpoint);
    const caller = parts.caller = new RangeCaller(pool, mapper);
    const runner: TaskRunner = { apply: (fn, args) => pool.apply(fn, args) as Promise<never> };
    if (common !== undefined) parts.common = new FileSink(common.path, runner);
    const shared: RecordSink | undefined = channel ?? output?.sink ??
      (parts.common === undefined ? undefined : new SharedFileSink(parts.common));
    const run = parts.run = new MapRun({
      plan,
      settings,
      runner,
      caller,
      slots,
      shared,
      errorLog: parts.errorLog,
      checkpoint,
    });
    await runToEnd(run, signal);
    throwFailure(run, output);
    parts.commitCommon();
    await output?.close();
    if (checkpoint === undefined) parts.errorLog?.commit();
    else if (run.counts.filesFailed === 0) {
      parts.errorLog?.commit();
      await checkpoint.finish();
    }
    const seconds = (performance.now() - began) / 1000;
    const { errorsTo } = settings;
    return { ...run.counts, seconds, processes, errorsTo, outputClosed: run.outputLost !== undefined };
  } finally {
    await parts.caller?.close();
    parts.run?.abandonFiles();
    parts.common?.abandon();
    if (parts.checkpoint === undefined) parts.errorLog?.abandon();
    else parts.errorLog?.leave();
    await pool.terminate();
    await parts.checkpoint?.close();
    parts.free();
  }
}

/** What a run has to leave behind in order. */
class RunParts {
  errorLog: ErrorLog | undefined;
  /** The file that all outputs go to, until it has its name. */
  common: FileSink | undefined;
  caller: RangeCaller | undefined;
  run: MapRun | undefined;
  checkpoint: RunCheckpoint<MapCursor> | undefined;
  readonly #slots: MapSlot[] = [];

  allocate(count: number, chunkBytes: number, plan: TextPlan): readonly MapSlot[] {
    const inputBytes = plan.hasStreams ? chunkBytes : PAGE_BYTES;
    while (this.#slots.length < count) this.#slots.push(allocateMapSlot(inputBytes, 2 * chunkBytes));
    return this.#slots;
  }

  commitCommon(): void {
    this.common?.commit();
    this.common = undefined;
  }

  free(): void {
    // A worker that could not be ended may come back to its slot.
    if (this.caller?.hasGivenUp) return;
    this.#slots.forEach(freeMapSlot);
  }
}

/** What the bytes of the outputs depend on, and what cursors count in. */
function identityOf(settings: MapSettings, definition: TaskDefinition, plan: TextPlan): RunIdentity {
  const { by, header, delimiter, invalid } = settings.mapper;
  const { input, chunkBytes, onError, errorsTo = "", compression } = settings;
  const called = "url" in definition ? `${definition.url}#${definition.name}` : definition.name;
  const inputs = Array.isArray(input) ? input.length : 1;
  const identity = { task: "map", called, inputs, by, header, delimiter, invalid, chunkBytes, onError, errorsTo };
  return withCompression({ ...identity, ...compression }, plan);
}

/** The file of failed records; of a run that is resumed, with those that will not be mapped again. */
async function openErrorLog(
  target: string,
  plan: TextPlan,
  checkpoint: RunCheckpoint<MapCursor> | undefined,
): Promise<ErrorLog> {
  if (checkpoint === undefined) return ErrorLog.create(target);
  const records = new Map<string, number>();
  if (checkpoint.isResumed) {
    for (const source of plan.sources) {
      const kept = source.target === undefined ? undefined : checkpoint.resume(source as KeptSource);
      if (kept?.kind === "begun") records.set(source.path, kept.cursor.records);
    }
  }
  return await ErrorLog.resume(target, checkpoint.id, checkpoint.isResumed, (path, number) => {
    return checkpoint.isDone(path) || number <= (records.get(path) ?? 0);
  });
}

function refuseErrorFile(path: string, { sources, common }: TextPlan): void {
  const real = realPath(path);
  if (common?.path === real) throw new OutputConflictError(`The file of failed records ${path} is the output too`);
  for (const source of sources) {
    const isInput = source.path !== "-" && source.path !== STREAM_NAME && realPath(source.path) === real;
    if (!isInput && source.target !== real) continue;
    throw new OutputConflictError(`The file of failed records ${path} is ${isInput ? "an input" : "an output"} too`);
  }
}

function throwCause(error: unknown): never {
  // The pool says that its initializer failed; what counts is why.
  throw error instanceof ManyhandsError && error.code === "ERR_INITIALIZER" ? error.cause ?? error : error;
}

function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

async function runToEnd(run: MapRun, signal: AbortSignal | undefined): Promise<void> {
  const abort = (): void => run.stop(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const work = run.run();
  work.catch(() => {});
  try {
    await Promise.race([work, run.stopped]);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  signal?.throwIfAborted();
}

function throwFailure(run: MapRun, output: CommonOutput | undefined): void {
  const lost = run.outputLost;
  if (lost !== undefined) {
    if (!lost.closed) throw output === undefined ? lost.cause : output.error(lost.cause);
  } else if (run.stopReason !== undefined) throw run.stopReason.reason;
}

/** Tasks that the sources come to, or, where there are more than workers, some number above that. */
function taskCount(plan: TextPlan, settings: MapSettings): number {
  let tasks = 0;
  for (const source of plan.sources) {
    if (tasks > settings.processes) break;
    if (source.kind === "stream") return Infinity;
    tasks += isSmall(source, settings)
      ? batchShare(source.size, batchBytes(settings.chunkBytes))
      : chunkCount(source.size, settings.chunkBytes);
  }
  return Math.ceil(tasks);
}
