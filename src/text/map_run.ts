import { assertCompression } from "../runtime/compression.ts";
import { isSmall, type RunningBatch } from "./batch_run.ts";
import type { OutputProgress } from "./checkpoint_records.ts";
import { CompressedSink } from "./compressed_sink.ts";
import type { ErrorLog } from "./error_log.ts";
import { FileSink } from "./file_sink.ts";
import { assertInputUnchanged, changeBehind } from "./input_change.ts";
import { MapBatches } from "./map_batches.ts";
import { inputError, recordError } from "./map_errors.ts";
import type { MapSettings } from "./map_options.ts";
import type { MapSlot } from "./map_slot.ts";
import { type MapCounts, MapTally } from "./map_tally.ts";
import { PendingWork } from "./pending_work.ts";
import type { RangeCaller } from "./range_caller.ts";
import { type DeliveredBytes, type MapCursor, RecordDelivery, type RecordSink } from "./record_delivery.ts";
import type { FailedRecord } from "./record_form.ts";
import type { TextFailure } from "./report.ts";
import { doneBytes, hasTarget, type KeptSource, type RunCheckpoint } from "./run_checkpoint.ts";
import { SlotPool } from "./slot_pool.ts";
import { SourceRanges } from "./source_ranges.ts";
import type { TaskRunner } from "./task_runner.ts";
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
type ResumedOutput = OutputProgress<MapCursor>;

/** Texts that may be done but for their turn, for each slot: what is known of them is not to pile up. */
const PENDING_PER_SLOT = 2;

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
  readonly #ranges: SourceRanges;
  readonly #batches: MapBatches;
  readonly #stopped: Promise<void>;
  #tellStopped!: () => void;
  #isStopped = false;
  #stopReason: { readonly reason: unknown } | undefined;
  #outputLost: OutputLostError | undefined;

  constructor(parts: MapRunParts) {
    this.#parts = parts;
    const { settings, plan, runner } = parts;
    const compress = plan.common === undefined ? settings.compression.compress : plan.common.compression ?? "none";
    if (parts.shared !== undefined && "write" in parts.shared && compress !== "auto" && compress !== "none") {
      assertCompression(compress);
      this.#sharedCompressed = new CompressedSink(parts.shared, runner, compress);
    }
    this.#shared = this.#sharedCompressed ?? parts.shared;
    this.#turns = new WriteTurns(settings.ordered);
    this.#slots = new SlotPool(parts.slots);
    this.#stopped = new Promise((resolve) => this.#tellStopped = resolve);
    this.#tally = new MapTally(plan, settings.onProgress, parts.errorLog?.kept ?? 0);
    const { caller, checkpoint } = parts;
    const onRead = (bytes: number): void => this.#tally.addRead(bytes);
    this.#ranges = new SourceRanges({ settings, runner, caller, slots: this.#slots, checkpoint, onRead });
    this.#batches = new MapBatches({
      settings,
      caller,
      slots: this.#slots,
      checkpoint,
      shared: this.#shared,
      turns: this.#turns,
      isStopped: () => this.#isStopped,
      onFailed: (path, failed) => this.#failRecords(path, failed, 0),
      onTold: async () => {
        if (checkpoint === undefined) return;
        try {
          await parts.errorLog?.sync();
        } catch (error) {
          this.stop(error);
          throw error;
        }
      },
      onTask: (worker) => this.#tally.addTask(worker),
      onDone: (file) => this.#tally.addFile(file),
      onFailure: (failure) => this.#fail(failure),
      onBatch: () => this.#tally.report(),
    });
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
    this.#ranges.stop(reason);
    this.#tellStopped();
  }

  /** Works on all sources. Resolves when all are done; once stopped it need not. */
  async run(): Promise<void> {
    const finishing = new PendingWork(PENDING_PER_SLOT * this.#parts.slots.length);
    let committed = Promise.resolve();
    const { settings, plan } = this.#parts;
    const complete = (work: Promise<void>): void => {
      const done = finishing.add(work);
      if (settings.ordered) committed = done;
    };
    const startBatch = async (): Promise<void> => {
      await finishing.room();
      if (this.#isStopped) return;
      complete(this.#completeBatch(await this.#batches.start(), committed));
    };
    for (const source of plan.walk((failure) => this.#fail(failure))) {
      if (this.#isStopped) break;
      const resumed = await this.#resume(source);
      if (resumed === "done") continue;
      if (resumed === undefined && source.kind === "file" && isSmall(source, settings)) {
        if (this.#batches.add(source)) await startBatch();
        continue;
      }
      if (this.#batches.pending) await startBatch();
      await finishing.room();
      if (this.#isStopped) break;
      const place = this.#open(source, resumed);
      if (place === undefined) continue;
      const started = this.#ranges.start(source, place.delivery, resumed?.cursor);
      // All its ranges are started then, or it failed.
      const start = await started.then(() => undefined, (error) => ({ error }));
      complete(this.#complete(source, place, start, committed));
    }
    if (this.#batches.pending && !this.#isStopped) await startBatch();
    await finishing.all();
    if (!this.#isStopped) await this.#sharedCompressed?.finish(this.#slots);
  }

  /** Removes incomplete outputs. */
  abandonFiles(): void {
    this.#batches.abandon();
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
        const { bytesIn, bytesOut } = doneBytes(source, kept);
        this.#tally.addResumed(bytesIn, source.size ?? 0, bytesOut);
        return "done";
      }
      if (kept !== undefined) {
        const { cursor, position, text } = kept;
        this.#tally.addResumed(cursor.consumed, cursor.read ?? cursor.consumed, text?.bytesOut ?? position);
        // It may take a while until there is more to tell.
        this.#tally.report();
        return kept;
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
      onProgress: checkpoint !== undefined && hasTarget(source)
        ? (cursor, output) => this.#note(checkpoint, source, resumed, cursor, output)
        : undefined,
      onFailure: hasTarget(source) ? () => checkpoint?.leave(source) : undefined,
    });
    return { file, compressed, delivery, end: () => turn?.end() };
  }

  #note(
    checkpoint: RunCheckpoint<MapCursor>,
    source: KeptSource,
    resumed: ResumedOutput | undefined,
    cursor: MapCursor,
    { written, produced }: DeliveredBytes,
  ): void {
    const { errorLog } = this.#parts;
    const isText = source.kind === "file" && source.compress === undefined;
    const text = { bytesIn: cursor.consumed, bytesOut: (resumed?.text?.bytesOut ?? 0) + produced };
    const progress = { cursor, position: (resumed?.position ?? 0) + written, text: isText ? undefined : text };
    const ranges = cursor.ranges - (resumed?.cursor.ranges ?? 0);
    // After the output of these records has lasted, so have their failures.
    checkpoint.note(source, progress, ranges, errorLog === undefined ? [] : [errorLog.temporary]);
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
      assertInputUnchanged(source);
      await place.compressed?.finish(this.#slots);
      await committed;
      if (this.#isStopped) return;
      await this.#commit(source, file);
      if (file !== undefined) this.#openFiles.delete(file);
      this.#tally.files++;
      this.#tally.report();
    } catch (cause) {
      if (!this.#loseOutput(cause) && !this.#isStopped) {
        const error = changeBehind(source, cause);
        if (file !== undefined) this.#openFiles.delete(file);
        if (this.#parts.checkpoint?.keepsAfter(source.path, error) !== true) file?.abandon();
        this.#fail({ path: source.path, error: inputError(error, source.path) });
        this.#tally.report();
      }
    } finally {
      place.end();
    }
  }

  async #completeBatch(batch: RunningBatch, turn: Promise<void>): Promise<void> {
    try {
      await batch.complete(turn);
    } catch (error) {
      if (!this.#loseOutput(error)) this.stop(error);
    }
  }

  /** Ends the run where the common output takes no more. */
  #loseOutput(error: unknown): boolean {
    if (!(error instanceof OutputLostError)) return false;
    this.#outputLost ??= error;
    this.stop(error);
    return true;
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
    this.#tally.failed.add(failure);
    this.#parts.settings.onFailure?.(failure);
  }
}
