import { assertCompression } from "../runtime/compression.ts";
import { readInOrder } from "../runtime/files.ts";
import { standardInput } from "../runtime/terminal.ts";
import { nominalChunks } from "./chunk_plan.ts";
import { CompressedSink } from "./compressed_sink.ts";
import { decodedText } from "./decoded_text.ts";
import type { ErrorLog } from "./error_log.ts";
import { changedError, readError } from "./file_failure.ts";
import { FileSink } from "./file_sink.ts";
import { inputChange } from "./input_change.ts";
import { inputError, recordError } from "./map_errors.ts";
import type { MapSettings } from "./map_options.ts";
import type { MapSlot } from "./map_slot.ts";
import { type MapCounts, MapTally } from "./map_tally.ts";
import { firstRow, type RangeSource } from "./map_tasks.ts";
import { PendingWork } from "./pending_work.ts";
import { quoteStates } from "./quote_states.ts";
import type { RangeCaller } from "./range_caller.ts";
import type { RangePlace } from "./raw_records.ts";
import { type MapCursor, RecordDelivery, type RecordSink } from "./record_delivery.ts";
import type { FailedRecord } from "./record_form.ts";
import type { RecordChunk } from "./record_range.ts";
import { RecordStream, ValueStream } from "./record_stream.ts";
import type { TextFailure } from "./report.ts";
import type { KeptSource, RunCheckpoint } from "./run_checkpoint.ts";
import { SlotPool } from "./slot_pool.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";
import type { FileSource, StreamSource, TextPlan } from "./text_plan.ts";
import { OutputLostError } from "./writer_sink.ts";
import { WriteTurns } from "./write_turns.ts";

/** Where the output of one source goes. */
interface Place {
  readonly file: FileSink | undefined;
  readonly compressed: CompressedSink | undefined;
  readonly delivery: RecordDelivery;
  end(): void;
}

/** What a run works with. */
export interface MapRunParts {
  readonly plan: TextPlan;
  readonly settings: MapSettings;
  readonly runner: TaskRunner;
  readonly caller: RangeCaller;
  readonly slots: readonly MapSlot[];
  /** The common output; undefined where every source has a file of its own. */
  readonly shared: RecordSink | undefined;
  readonly errorLog: ErrorLog | undefined;
  readonly checkpoint: RunCheckpoint<MapCursor> | undefined;
}

/** Where a source's output goes on that an earlier run began. */
interface ResumedOutput {
  readonly cursor: MapCursor;
  /** Bytes of output. */
  readonly position: number;
}

/** Texts that may be done but for their turn, for each slot: what is known of them is not to pile up. */
const PENDING_PER_SLOT = 2;

/** Ranges in which quotes are counted at a time, for each slot. */
const COUNTS_PER_SLOT = 2;

/** One run of `mapText`: hands ranges of records to the workers, writes what comes back, and keeps count. */
export class MapRun {
  readonly #parts: MapRunParts;
  readonly #slots: SlotPool<MapSlot>;
  /** Turns of whole texts to write to the common output, or of ranges where they may be mixed. */
  readonly #turns: WriteTurns;
  readonly #shared: RecordSink | undefined;
  readonly #sharedCompressed: CompressedSink | undefined;
  readonly #openFiles: Set<FileSink> = new Set();
  readonly #tally: MapTally;
  readonly #stopped: Promise<void>;
  #tellStopped!: () => void;
  #isStopped = false;
  #cancelStream: ((reason: unknown) => Promise<void>) | undefined;
  #stopReason: { readonly reason: unknown } | undefined;
  #outputLost: OutputLostError | undefined;

  constructor(parts: MapRunParts) {
    this.#parts = parts;
    const { settings, plan, runner } = parts;
    const { compress } = settings.compression;
    if (parts.shared !== undefined && "write" in parts.shared && compress !== "auto" && compress !== "none") {
      assertCompression(compress);
      this.#sharedCompressed = new CompressedSink(parts.shared, runner, compress);
    }
    this.#shared = this.#sharedCompressed ?? parts.shared;
    this.#turns = new WriteTurns(settings.ordered);
    this.#slots = new SlotPool(parts.slots);
    this.#stopped = new Promise((resolve) => this.#tellStopped = resolve);
    this.#tally = new MapTally(plan, settings.onProgress, parts.errorLog?.kept ?? 0);
    for (const failure of plan.failed) this.#fail(failure);
  }

  /** Bytes, inputs and records so far, and the inputs that failed. */
  get counts(): MapCounts {
    return this.#tally.counts;
  }

  /** Why the common output takes no more; undefined if it does. */
  get outputLost(): OutputLostError | undefined {
    return this.#outputLost;
  }

  /** Resolves when the run is to end early. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** What ended the run early; undefined if nothing did. */
  get stopReason(): { readonly reason: unknown } | undefined {
    return this.#stopReason;
  }

  /** Starts nothing more. */
  stop(reason: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stopReason = { reason };
    this.#parts.checkpoint?.stop();
    void this.#cancelStream?.(reason).catch(() => {});
    this.#tellStopped();
  }

  /** Works on all sources. Resolves when all are done; once stopped it need not. */
  async run(): Promise<void> {
    const finishing = new PendingWork(PENDING_PER_SLOT * this.#parts.slots.length);
    let committed = Promise.resolve();
    for (const source of this.#parts.plan.walk((failure) => this.#fail(failure))) {
      if (this.#isStopped) break;
      const resumed = await this.#resume(source);
      if (resumed === "done") continue;
      await finishing.room();
      if (this.#isStopped) break;
      const place = this.#open(source, resumed);
      if (place === undefined) continue;
      const started = source.kind === "file"
        ? this.#startFile(source, place, resumed?.cursor)
        : this.#startStream(source, place);
      // All its ranges are started then, or it failed.
      const start = await started.then(() => undefined, (error) => ({ error }));
      const done = finishing.add(this.#complete(source, place, start, committed));
      if (this.#parts.settings.ordered) committed = done;
    }
    await finishing.all();
    if (!this.#isStopped) await this.#sharedCompressed?.finish(this.#slots);
  }

  /** Removes incomplete outputs. */
  abandonFiles(): void {
    if (this.#parts.checkpoint === undefined) { for (const file of this.#openFiles) file.abandon(); }
    this.#openFiles.clear();
  }

  /** Where an earlier run came to with a source: `"done"`, or failed at once; undefined where it is to be begun. */
  async #resume(source: FileSource | StreamSource): Promise<ResumedOutput | "done" | undefined> {
    const { checkpoint } = this.#parts;
    if (checkpoint === undefined || !hasTarget(source)) return undefined;
    try {
      const kept = checkpoint.resume(source);
      if (kept?.kind === "done") {
        this.#tally.files++;
        this.#tally.addResumed(source.kind === "file" ? source.size : 0, source.size ?? 0, kept.size);
        return "done";
      }
      if (kept !== undefined && source.kind === "file") {
        const { cursor, position } = kept;
        this.#tally.addResumed(cursor.consumed, cursor.consumed, position);
        return { cursor, position };
      }
      await checkpoint.begin(source);
    } catch (error) {
      if (!this.#isStopped) this.#fail({ path: source.path, error: error as Error });
      return "done";
    }
    return undefined;
  }

  #open(source: FileSource | StreamSource, resumed: ResumedOutput | undefined): Place | undefined {
    const { settings, runner, checkpoint } = this.#parts;
    let file: FileSink | undefined;
    let compressed: CompressedSink | undefined;
    let sink = this.#shared;
    try {
      if (source.target !== undefined) {
        file = new FileSink(source.target, runner, checkpoint?.draftOf(source.target), resumed?.position);
        this.#openFiles.add(file);
        sink = file;
        if (source.compress !== undefined) {
          sink = compressed = new CompressedSink(file, runner, source.compress, file.position === 0);
        }
      }
    } catch (error) {
      this.#fail({ path: source.path, error: error as Error });
      return undefined;
    }
    // Unordered ranges of several texts may be mixed.
    const turn = source.target === undefined && settings.ordered ? this.#turns.next() : undefined;
    const delivery = new RecordDelivery({
      sink: sink!,
      ordered: settings.ordered,
      turns: settings.ordered || source.target !== undefined ? new WriteTurns(settings.ordered) : this.#turns,
      turn: () => turn?.ready() ?? Promise.resolve(),
      release: (slot) => this.#slots.release(slot),
      endsAtFailed: settings.onError === "stop",
      onFailed: (failed, before) => this.#failRecords(source.path, failed, before),
      onWritten: (answer) => this.#tally.addRange(source, answer),
      start: resumed?.cursor,
      onProgress: checkpoint !== undefined && source.kind === "file" && hasTarget(source)
        ? (cursor, written) => {
          const ranges = cursor.ranges - (resumed?.cursor.ranges ?? 0);
          this.#note(checkpoint, source, cursor, (resumed?.position ?? 0) + written, ranges);
        }
        : undefined,
      onFailure: hasTarget(source) ? () => checkpoint?.leave(source) : undefined,
    });
    return { file, compressed, delivery, end: () => turn?.end() };
  }

  #note(
    checkpoint: RunCheckpoint<MapCursor>,
    source: KeptSource,
    cursor: MapCursor,
    position: number,
    ranges: number,
  ): void {
    const { errorLog } = this.#parts;
    // After the output of these records has lasted, so have their failures.
    checkpoint.note(source, cursor, position, ranges, errorLog === undefined ? [] : [errorLog.temporary]);
  }

  /** Starts every range of a file, as slots become free, from where an earlier run came to. */
  async #startFile(source: FileSource, place: Place, resumed: MapCursor | undefined): Promise<void> {
    const { mapper, chunkBytes } = this.#parts.settings;
    const { path, size } = source;
    const file = { path, size };
    const isCsv = mapper.by === "csv";
    const quotes = isCsv && size > chunkBytes
      ? await quoteStates(file, {
        runner: this.#parts.runner,
        chunkBytes,
        atATime: COUNTS_PER_SLOT * this.#parts.slots.length,
        isStopped: () => this.#isStopped,
      })
      : undefined;
    const header = isCsv && mapper.header && size > 0
      ? resultOf(await this.#parts.runner.apply(firstRow, [file]), path, path)
      : undefined;
    const { checkpoint } = this.#parts;
    const kept = hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint?.restart(kept);
    let index = resumed?.ranges ?? 0;
    for (const { start, end } of nominalChunks(size, chunkBytes, index)) {
      const startsQuoted = quotes?.[index] === 1;
      const chunk: RecordChunk = { start, end, startsQuoted, endsQuoted: quotes?.[++index] === 1 };
      if (kept !== undefined) await checkpoint?.enter(kept);
      const slot = await this.#slots.acquire();
      if (!this.#start(slot, { file, chunk }, { isFirst: start === 0, header }, place, path)) return;
    }
  }

  async #startStream(source: StreamSource, place: Place): Promise<void> {
    const { settings } = this.#parts;
    const { path, bytes: own } = source;
    let stream: Pick<RecordStream, "next" | "cancel">;
    if (own === undefined) {
      const stored = path === "-" ? standardInput() : readInOrder(path);
      stream = new RecordStream(
        decodedText(stored, source.decompress, (bytes) => this.#tally.addRead(bytes)),
        settings.mapper,
        settings.chunkBytes,
      );
    } else {
      stream = await this.#ownStream(own as AsyncIterable<unknown>, source);
    }
    this.#cancelStream = (reason) => stream.cancel(reason);
    try {
      while (!this.#isStopped) {
        const slot = await this.#slots.acquire();
        const range = await stream.next(slot, () => place.delivery.idle).catch((error) => {
          this.#slots.release(slot);
          throw error;
        });
        if (range === undefined) return this.#slots.release(slot);
        if (!this.#start(slot, range.source, range, place, path)) return;
      }
    } catch (error) {
      const { syscall, code, message } = error as NodeJS.ErrnoException;
      throw own === undefined && syscall !== undefined ? readError(path, code, message, error) : error;
    } finally {
      this.#cancelStream = undefined;
      const left = stream.cancel(undefined).catch(() => {});
      // Standard input has nothing that would have to be waited for.
      if (own === undefined && path !== "-") await left;
    }
  }

  /** The caller's own stream: text if it begins with bytes, else the records themselves. */
  async #ownStream(
    values: AsyncIterable<unknown>,
    source: StreamSource,
  ): Promise<Pick<RecordStream, "next" | "cancel">> {
    const { settings } = this.#parts;
    const iterator = values[Symbol.asyncIterator]();
    this.#cancelStream = async () => void await iterator.return?.();
    const first = await Promise.race([iterator.next(), this.#stopped]);
    if (first === undefined) throw this.#stopReason!.reason;
    if (!(first.value instanceof Uint8Array)) return new ValueStream(iterator, first);
    return new RecordStream(
      decodedText(continued(iterator, first.value), source.decompress, (bytes) => this.#tally.addRead(bytes)),
      settings.mapper,
      settings.chunkBytes,
    );
  }

  /** Starts a range in a slot; false where more are of no use. */
  #start(slot: MapSlot, source: RangeSource, place: RangePlace, { delivery }: Place, path: string): boolean {
    if (delivery.failed || this.#isStopped) {
      this.#slots.release(slot);
      return false;
    }
    const { isFirst, header } = place;
    delivery.add(slot, this.#parts.caller.call({ source, slot, isFirst, header }, path));
    return true;
  }

  async #complete(
    source: FileSource | StreamSource,
    place: Place,
    start: { readonly error: unknown } | undefined,
    committed: Promise<void>,
  ): Promise<void> {
    const { file } = place;
    try {
      await place.delivery.finish();
      if (start !== undefined) throw start.error;
      if (this.#isStopped) return;
      const change = source.kind === "file" ? inputChange(source) : undefined;
      if (change !== undefined) throw changedError(source.path, change);
      await place.compressed?.finish(this.#slots);
      await committed;
      if (this.#isStopped) return;
      await this.#commit(source, file);
      if (file !== undefined) this.#openFiles.delete(file);
      this.#tally.files++;
      this.#tally.report();
    } catch (error) {
      if (error instanceof OutputLostError) {
        this.#outputLost ??= error;
        this.stop(error);
      } else if (!this.#isStopped) {
        if (file !== undefined) this.#openFiles.delete(file);
        if (this.#parts.checkpoint?.keepsAfter(source.path, error) !== true) file?.abandon();
        this.#fail({ path: source.path, error: inputError(error, source.path) });
        this.#tally.report();
      }
    } finally {
      place.end();
    }
  }

  async #commit(source: FileSource | StreamSource, file: FileSink | undefined): Promise<void> {
    const { checkpoint, errorLog } = this.#parts;
    if (checkpoint === undefined || !hasTarget(source)) return file?.commit();
    file?.fitLength();
    await errorLog?.sync();
    await checkpoint.complete([source], false, (_, error) => {
      if (error !== undefined) throw error;
    });
  }

  #failRecords(path: string, failed: readonly FailedRecord[], before: number): void {
    const { errorLog, settings } = this.#parts;
    for (const record of failed) {
      if (this.#isStopped) return;
      const number = before + record.index + 1;
      const error = recordError(path, number, record);
      if (settings.onError === "stop") {
        this.stop(error);
        throw error;
      }
      this.#tally.recordsFailed++;
      try {
        errorLog?.add(path, number, record);
      } catch (cause) {
        this.stop(cause);
        throw cause;
      }
      settings.onFailure?.({ path, error });
    }
  }

  #fail(failure: TextFailure): void {
    this.#tally.failed.push(failure);
    this.#parts.settings.onFailure?.(failure);
  }
}

function hasTarget<S extends FileSource | StreamSource>(source: S): source is S & { readonly target: string } {
  return source.target !== undefined;
}

async function* continued(iterator: AsyncIterator<unknown>, first: Uint8Array): AsyncGenerator<Uint8Array> {
  let isDone = false;
  try {
    yield first;
    for (let next; !(next = await iterator.next()).done;) yield next.value as Uint8Array;
    isDone = true;
  } finally {
    if (!isDone) await iterator.return?.();
  }
}
