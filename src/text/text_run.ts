import { assertCompression, type Compression } from "../runtime/compression.ts";
import type { ByteSink } from "./byte_sink.ts";
import { isSmall } from "./batch_run.ts";
import { ChunkRun, type Place, type ResumedOutput } from "./chunk_run.ts";
import { CompressedSink } from "./compressed_sink.ts";
import { FailureList } from "./failure_list.ts";
import { FileSink } from "./file_sink.ts";
import type { TaskSettings } from "./file_tasks.ts";
import { assertInputUnchanged, changeBehind } from "./input_change.ts";
import { LowerBatches } from "./lower_batches.ts";
import { PendingWork } from "./pending_work.ts";
import type { TextFailure } from "./report.ts";
import { doneBytes, hasTarget, type RunCheckpoint } from "./run_checkpoint.ts";
import type { RunContext } from "./run_context.ts";
import type { RunMemory } from "./run_memory.ts";
import { SharedFileSink } from "./shared_file_sink.ts";
import { SlotPool } from "./slot_pool.ts";
import { StreamRun } from "./stream_run.ts";
import type { TaskRunner } from "./task_runner.ts";
import type { TextSettings } from "./text_options.ts";
import type { FileSource, StreamSource, TextPlan } from "./text_plan.ts";
import { OutputLostError } from "./writer_sink.ts";
import { WriteTurns } from "./write_turns.ts";

/** Texts and batches that may be done but for their turn, for each slot: what is known of them is not to pile up. */
const PENDING_PER_SLOT = 2;

/** What a run has done. */
export interface RunCounts {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of `bytesIn`, what an earlier run had done; undefined where nothing is resumed. */
  readonly bytesResumed: number | undefined;
  readonly files: number;
  readonly filesFailed: number;
  readonly failed: readonly TextFailure[];
}

/** One run of the pipeline: hands slots and output positions to the workers, and keeps count. */
export class TextRun implements RunContext {
  readonly runner: TaskRunner;
  readonly slots: SlotPool;
  readonly settings: TaskSettings;
  readonly chunkBytes: number;
  readonly checkpoint: RunCheckpoint | undefined;
  readonly #memory: RunMemory;
  readonly #plan: TextPlan;
  readonly #options: TextSettings;
  /** The common output; undefined if every source has a file of its own. */
  #shared: ByteSink | undefined;
  /** The same where it compresses. */
  #sharedCompressed: CompressedSink | undefined;
  readonly #turns: WriteTurns;
  readonly #batches: LowerBatches;
  readonly #chunks: ChunkRun;
  readonly #streams: StreamRun;
  readonly #openFiles: Set<FileSink> = new Set();
  readonly #stopListeners: Set<(reason: unknown) => void> = new Set();
  readonly #failed: FailureList = new FailureList();
  #stop: { readonly reason: unknown } | undefined;
  #outputLost: OutputLostError | undefined;
  #bytesIn = 0;
  #bytesRead = 0;
  #bytesOut = 0;
  #files = 0;
  #resumed: { readonly bytesIn: number; readonly bytesRead: number } | undefined;

  constructor(
    plan: TextPlan,
    options: TextSettings,
    runner: TaskRunner,
    memory: RunMemory,
    shared: ByteSink | undefined,
    checkpoint?: RunCheckpoint,
  ) {
    this.checkpoint = checkpoint;
    this.#plan = plan;
    this.#options = options;
    this.runner = runner;
    const { compress } = options.compression;
    if (shared !== undefined) this.#share(shared, compress === "auto" || compress === "none" ? undefined : compress);
    this.chunkBytes = options.chunkBytes;
    this.#turns = new WriteTurns(options.ordered);
    this.#memory = memory;
    this.slots = new SlotPool(memory.slots);
    this.settings = memory.settings;
    this.#batches = new LowerBatches(this, {
      shared: () => this.#shared!,
      turns: this.#turns,
      onWritten: (consumed, produced) => this.#add(consumed, produced),
      onDone: () => void this.#files++,
      onFailure: (failure) => this.#fail(failure),
      onBatch: () => this.#report(),
      losesOutput: (error) => this.#loseOutput(error),
    });
    this.#chunks = new ChunkRun(this, (consumed, produced) => this.#count(consumed, produced));
    this.#streams = new StreamRun(this, {
      onWritten: ({ decompress }, consumed, produced) => {
        // What is compressed was counted as it was read.
        if (decompress !== undefined) this.#bytesRead -= consumed;
        this.#count(consumed, produced);
      },
      onRead: (bytes) => void (this.#bytesRead += bytes),
    });
    for (const failure of plan.failed) this.#fail(failure);
  }

  get stopped(): boolean {
    return this.#stop !== undefined;
  }

  /** Bytes of input done and of output written, inputs done, and those that failed. */
  get counts(): RunCounts {
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      bytesResumed: this.#resumed?.bytesIn,
      files: this.#files,
      filesFailed: this.#failed.count,
      failed: this.#failed.first,
    };
  }

  /** Why the common output takes no more; undefined if it does. */
  get outputLost(): OutputLostError | undefined {
    return this.#outputLost;
  }

  onStop(listener: (reason: unknown) => void): () => void {
    if (this.#stop !== undefined) listener(this.#stop.reason);
    else this.#stopListeners.add(listener);
    return () => this.#stopListeners.delete(listener);
  }

  /** Starts nothing more and makes the workers leave their chunks. */
  stop(reason: unknown): void {
    if (this.#stop !== undefined) return;
    this.#stop = { reason };
    this.#memory.setStopWord();
    this.checkpoint?.stop();
    for (const listener of this.#stopListeners) listener(reason);
  }

  /** Works on all sources. Resolves when all are done or, once stopped, when the workers have left their chunks. */
  async run(): Promise<void> {
    const common = this.#openCommon();
    const finishing = new PendingWork(PENDING_PER_SLOT * this.slots.slots.length);
    let committed = Promise.resolve();
    const complete = (work: (turn: Promise<void>) => Promise<void>): Promise<void> => {
      const done = finishing.add(work(committed));
      if (this.#options.ordered) committed = done;
      return done;
    };
    const startBatches = async (): Promise<void> => {
      while (this.#batches.pending) {
        await finishing.room();
        const batch = await this.#batches.start();
        void complete((turn) => batch.complete(turn));
      }
    };
    for (const source of this.#plan.walk((failure) => this.#fail(failure))) {
      if (this.stopped) break;
      const resumed = await this.#resume(source);
      if (resumed === "done") continue;
      if (source.kind === "file" && isSmall(source, this)) {
        if (this.#batches.add(source)) await startBatches();
        continue;
      }
      await startBatches();
      await finishing.room();
      if (this.stopped) break;
      const place = this.#open(source, resumed);
      if (place === undefined) continue;
      const { finished } = source.kind === "file"
        ? await this.#chunks.start(source, place, resumed)
        : this.#streams.start(source, place, resumed);
      const done = complete((turn) => this.#complete(source, place, finished, turn));
      // A stream takes its slots by itself; nothing may take them before it.
      if (source.kind === "stream") await done;
    }
    if (!this.stopped) await startBatches();
    await finishing.all();
    if (this.stopped) return;
    await this.#sharedCompressed?.finish(this.slots);
    common?.commit();
    if (common !== undefined) this.#openFiles.delete(common);
  }

  #share(sink: ByteSink, compress: Compression | undefined): void {
    if (compress === undefined) {
      this.#shared = sink;
    } else {
      assertCompression(compress);
      this.#shared = this.#sharedCompressed = new CompressedSink(sink, this.runner, compress);
    }
  }

  /** Creates the file that all output goes to, where that is wanted. */
  #openCommon(): FileSink | undefined {
    const { common } = this.#plan;
    if (common === undefined) return undefined;
    const file = new FileSink(common.path, this.runner);
    this.#openFiles.add(file);
    this.#share(new SharedFileSink(file), common.compression);
    return file;
  }

  /** Removes incomplete outputs. */
  abandonFiles(): void {
    this.#batches.abandon();
    if (this.checkpoint === undefined) { for (const file of this.#openFiles) file.abandon(); }
    this.#openFiles.clear();
  }

  /**
   * Where an earlier run came to with a source: `"done"`, or failed at once; undefined where it is to be begun, which is
   * recorded then.
   */
  async #resume(source: FileSource | StreamSource): Promise<ResumedOutput | "done" | undefined> {
    if (this.checkpoint === undefined || !hasTarget(source)) return undefined;
    try {
      const kept = this.checkpoint.resume(source);
      if (kept?.kind === "done") {
        this.#files++;
        const { bytesIn, bytesOut } = doneBytes(source, kept);
        this.#countResumed(bytesIn, source.size ?? 0, bytesOut);
        return "done";
      }
      if (kept !== undefined && (source.kind === "stream") === (kept.cursor.kind === "stream")) {
        const { cursor, position, text } = kept;
        const bytes = cursor.kind === "direct" ? cursor.bytes : cursor.consumed;
        this.#countResumed(bytes, cursor.kind === "stream" ? cursor.read : bytes, text?.bytesOut ?? position);
        // It may take a while until there is more to tell.
        this.#report();
        return kept;
      }
      await this.checkpoint.begin(source);
    } catch (error) {
      if (!this.stopped) this.#fail({ path: source.path, error: error as Error });
      return "done";
    }
    return undefined;
  }

  #countResumed(bytesIn: number, bytesRead: number, bytesOut: number): void {
    const before = this.#resumed ?? { bytesIn: 0, bytesRead: 0 };
    this.#resumed = { bytesIn: before.bytesIn + bytesIn, bytesRead: before.bytesRead + bytesRead };
    this.#bytesIn += bytesIn;
    this.#bytesRead += bytesRead;
    this.#bytesOut += bytesOut;
  }

  #open(source: FileSource | StreamSource, resumed: ResumedOutput | undefined): Place | undefined {
    if (source.target === undefined) {
      return { sink: this.#shared!, file: undefined, compressed: undefined, turn: this.#turns.next() };
    }
    try {
      const draft = this.checkpoint?.draftOf(source.target);
      const file = new FileSink(source.target, this.runner, draft, resumed?.position);
      this.#openFiles.add(file);
      if (source.kind === "file" && source.compress === undefined) file.reserve(source.path, source.size);
      const compressed = source.compress === undefined
        ? undefined
        : new CompressedSink(file, this.runner, source.compress, file.position === 0);
      return { sink: compressed ?? file, file, compressed, turn: { ready: () => Promise.resolve(), end: () => {} } };
    } catch (error) {
      this.#fail({ path: source.path, error: error as Error });
      return undefined;
    }
  }

  async #complete(
    source: FileSource | StreamSource,
    place: Place,
    finished: Promise<void>,
    committed: Promise<void>,
  ): Promise<void> {
    try {
      await finished;
      if (this.stopped) return;
      assertInputUnchanged(source);
      await place.compressed?.finish(this.slots);
      await committed;
      if (this.stopped) return;
      await this.#commit(source, place.file);
      if (place.file !== undefined) this.#openFiles.delete(place.file);
      this.#files++;
      this.#report();
    } catch (cause) {
      if (!this.#loseOutput(cause) && !this.stopped) {
        const error = changeBehind(source, cause);
        if (place.file !== undefined) this.#openFiles.delete(place.file);
        if (this.checkpoint?.keepsAfter(source.path, error) !== true) place.file?.abandon();
        this.#fail({ path: source.path, error: error as Error });
        this.#report();
      }
    } finally {
      place.turn.end();
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
    await file?.settle();
    if (this.checkpoint === undefined || !hasTarget(source)) return file?.commit();
    file?.fitLength();
    await this.checkpoint.complete([source], false, (_, error) => {
      if (error !== undefined) throw error;
    });
  }

  #fail(failure: TextFailure): void {
    this.#failed.add(failure);
    this.#options.onError?.(failure);
  }

  #count(consumed: number, produced: number): void {
    this.#add(consumed, produced);
    this.#report();
  }

  #add(consumed: number, produced: number): void {
    this.#bytesIn += consumed;
    this.#bytesRead += consumed;
    this.#bytesOut += produced;
  }

  #report(): void {
    this.#options.onProgress?.({
      bytesIn: this.#bytesIn,
      bytesRead: this.#bytesRead,
      bytesTotal: this.#plan.bytesTotal,
      bytesOut: this.#bytesOut,
      files: this.#files + this.#failed.count,
      filesTotal: Math.max(this.#plan.count + this.#plan.failedCount, this.#files + this.#failed.count),
      resumed: this.#resumed,
      workers: this.runner.workers ?? [],
    });
  }
}
