import { assertCompression, type Compression, decompress, decompressFrame } from "../runtime/compression.ts";
import { readInOrder } from "../runtime/files.ts";
import { standardInput } from "../runtime/terminal.ts";
import type { ByteSink } from "./byte_sink.ts";
import { BatchRun } from "./batch_run.ts";
import { chunkCount, nominalChunks } from "./chunk_plan.ts";
import { changedError, readError } from "./file_failure.ts";
import { CompressedSink } from "./compressed_sink.ts";
import { type DirectProgress, DirectRun } from "./direct_run.ts";
import { FileSink } from "./file_sink.ts";
import { type InputFile, lowerChunkInto, lowerFileChunk, type TaskSettings } from "./file_tasks.ts";
import { inputChange } from "./input_change.ts";
import { lowerStream } from "./lower_stream.ts";
import { type OrderedEnd, OrderedRun } from "./ordered_run.ts";
import type { TextFailure } from "./report.ts";
import type { KeptSource, RunCheckpoint, TextCursor } from "./run_checkpoint.ts";
import type { RunContext } from "./run_context.ts";
import type { RunMemory } from "./run_memory.ts";
import { SharedFileSink } from "./shared_file_sink.ts";
import { SlotPool } from "./slot_pool.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";
import type { TextSettings } from "./text_options.ts";
import type { FileSource, StreamSource, TextPlan } from "./text_plan.ts";
import { OutputLostError } from "./writer_sink.ts";
import { zstdFrames } from "./zstd_frames.ts";
import { type WriteTurn, WriteTurns } from "./write_turns.ts";

type OrderedCursor = Omit<TextCursor & { kind: "ordered" }, "kind">;

const ORDERED_START: OrderedCursor = { chunks: 0, consumed: 0 };

/** An output that an earlier run began. */
interface ResumedOutput {
  readonly cursor: TextCursor;
  /** Bytes of it that are there. */
  readonly position: number;
}

function hasTarget(source: FileSource | StreamSource): source is KeptSource {
  return source.target !== undefined;
}

/** Where one source's output goes. */
interface Place {
  readonly sink: ByteSink;
  readonly file: FileSink | undefined;
  readonly compressed: CompressedSink | undefined;
  readonly turn: WriteTurn;
}

/** What a run has done. */
export interface RunCounts {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of `bytesIn`, what an earlier run had done; undefined where nothing is resumed. */
  readonly bytesResumed: number | undefined;
  readonly files: number;
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
  readonly #batches: BatchRun;
  readonly #openFiles: Set<FileSink> = new Set();
  readonly #stopListeners: Set<(reason: unknown) => void> = new Set();
  readonly #failed: TextFailure[] = [];
  /** Whether texts are expected to keep their length, as those so far did. */
  #lengthsKeep = true;
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
    this.#batches = new BatchRun({
      context: this,
      onDone: (consumed, produced) => {
        this.#files++;
        this.#add(consumed, produced);
      },
      onFailure: (failure) => this.#fail(failure),
      onBatch: () => this.#report(),
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
      failed: this.#failed,
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
    for (const listener of this.#stopListeners) listener(reason);
  }

  /** Works on all sources. Resolves when all are done or, once stopped, when the workers have left their chunks. */
  async run(): Promise<void> {
    const common = this.#openCommon();
    const finishing: Set<Promise<void>> = new Set();
    let committed = Promise.resolve();
    const complete = (work: (turn: Promise<void>) => Promise<void>): Promise<void> => {
      const done: Promise<void> = work(committed).finally(() => finishing.delete(done));
      finishing.add(done);
      if (this.#options.ordered) committed = done;
      return done;
    };
    const startBatch = async (): Promise<void> => {
      const batch = await this.#batches.start();
      void complete((turn) => turn.then(() => this.#batches.complete(batch)));
    };
    for (const source of this.#plan.walk((failure) => this.#fail(failure))) {
      if (this.stopped) break;
      const resumed = await this.#resume(source);
      if (resumed === "done") continue;
      if (
        source.kind === "file" && source.target !== undefined && source.compress === undefined &&
        chunkCount(source.size, this.chunkBytes) <= 1
      ) {
        if (this.#batches.add(source, source.target)) await startBatch();
        continue;
      }
      if (this.#batches.pending) await startBatch();
      const place = this.#open(source, resumed);
      if (place === undefined) continue;
      const { finished } = source.kind === "file"
        ? await this.#startFile(source, place, resumed)
        : this.#startStream(source, place);
      const done = complete((turn) => this.#complete(source, place, finished, turn));
      // A stream takes its slots by itself; nothing may take them before it.
      if (source.kind === "stream") await done;
    }
    if (this.#batches.pending && !this.stopped) await startBatch();
    await Promise.all(finishing);
    if (this.stopped) return;
    await this.#closeCompressed(this.#sharedCompressed);
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
        this.#countResumed(source.kind === "file" ? source.size : 0, source.size ?? 0, kept.size);
        return "done";
      }
      if (kept !== undefined && source.kind === "file") {
        const { cursor, position } = kept;
        const bytes = cursor.kind === "direct" ? cursor.bytes : cursor.consumed;
        this.#countResumed(bytes, bytes, position);
        return { cursor, position };
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
      const compressed = source.compress === undefined
        ? undefined
        : new CompressedSink(file, this.runner, source.compress, file.position === 0);
      return { sink: compressed ?? file, file, compressed, turn: { ready: () => Promise.resolve(), end: () => {} } };
    } catch (error) {
      this.#fail({ path: source.path, error: error as Error });
      return undefined;
    }
  }

  /** Starts every chunk of a file, as slots become free; `finished` settles when all are written. */
  async #startFile(
    source: FileSource,
    place: Place,
    resumed: ResumedOutput | undefined,
  ): Promise<{ finished: Promise<void> }> {
    const cursor = resumed?.cursor;
    const isDirect = cursor === undefined ? this.#lengthsKeep : cursor.kind === "direct";
    const { finished } = place.file !== undefined && place.compressed === undefined && isDirect
      ? await this.#startDirect(source, place.file, place, cursor?.kind === "direct" ? cursor : undefined)
      : await this.#startOrdered(source, place, cursor?.kind === "ordered" ? cursor : ORDERED_START);
    finished.catch(() => {});
    return { finished };
  }

  /** Starts the chunks from `start` on, whose output is written when the length of all before it is known. */
  async #startOrdered(source: FileSource, place: Place, start: OrderedCursor): Promise<{ finished: Promise<void> }> {
    let grown = 0;
    const ordered = this.#orderedRun(
      place,
      (consumed, produced) => grown += produced - consumed,
      this.#orderedNotes(source, place.file, start),
    );
    let from = start.next;
    for (const chunk of nominalChunks(source.size, this.chunkBytes, start.chunks)) {
      const begin = from;
      from = undefined;
      const slot = await this.slots.acquire();
      if (ordered.failed || this.stopped) {
        this.slots.release(slot);
        break;
      }
      ordered.add(slot, async (resume) =>
        resultOf(
          await this.runner.apply(lowerFileChunk, [inputOf(source), chunk, slot, this.settings, resume ?? begin]),
          source.path,
          source.target ?? "the output",
        ));
    }
    return { finished: ordered.finish().then(() => void (this.#lengthsKeep = start.chunks === 0 && grown === 0)) };
  }

  /** Notes how far the chunks of a file are that are written in order from `start` on. */
  #orderedNotes(
    source: FileSource,
    file: FileSink | undefined,
    start: OrderedCursor,
  ): ((end: OrderedEnd) => void) | undefined {
    const { checkpoint } = this;
    if (checkpoint === undefined || file === undefined || !hasTarget(source)) return undefined;
    const { position } = file;
    return ({ chunks, next, consumed, written }) => {
      const cursor = { chunks: start.chunks + chunks, next, consumed: start.consumed + consumed };
      checkpoint.note(source, { kind: "ordered", ...cursor }, position + written);
    };
  }

  /** Starts the chunks on the supposition that no length changes; from the first that does, they are done again in order. */
  async #startDirect(
    source: FileSource,
    file: FileSink,
    place: Place,
    done: DirectProgress | undefined,
  ): Promise<{ finished: Promise<void> }> {
    const { checkpoint } = this;
    const chunks = [...nominalChunks(source.size, this.chunkBytes, 0)];
    const direct = new DirectRun({
      chunks,
      slots: this.slots,
      lower: async (chunk, slot) =>
        resultOf(
          await this.runner.apply(lowerChunkInto, [inputOf(source), chunk, file.temporary, slot, this.settings]),
          source.path,
          file.target,
        ),
      onWritten: (consumed) => this.#count(consumed, consumed),
      isStopped: () => this.stopped,
      done,
      onProgress: checkpoint !== undefined && hasTarget(source)
        ? (progress) => checkpoint.note(source, { kind: "direct", ...progress }, progress.bytes)
        : undefined,
    });
    await direct.start();
    const finish = async (): Promise<void> => {
      const end = await direct.finish();
      file.goOnAt(end.bytes);
      if (end.chunks === chunks.length || this.stopped) return;
      this.#lengthsKeep = false;
      await (await this.#startOrdered(source, place, { chunks: end.chunks, consumed: end.bytes })).finished;
    };
    return { finished: finish() };
  }

  #startStream(source: StreamSource, place: Place): { finished: Promise<void> } {
    const ordered = this.#orderedRun(place, (consumed) => {
      // What is compressed was counted as it was read.
      if (source.decompress !== undefined) this.#bytesRead -= consumed;
    });
    const stored = source.bytes ?? (source.path === "-" ? standardInput() : readInOrder(source.path));
    const bytes = this.#decoded(stored, source);
    // Standard input has nothing that would have to be waited for.
    const isOwn = source.bytes === undefined && source.path !== "-";
    const isLive = source.size === undefined;
    const started = lowerStream(this, source.path, bytes, isOwn, ordered, isLive).catch(
      (error: NodeJS.ErrnoException) => {
        throw source.bytes === undefined && error.syscall !== undefined
          ? readError(source.path, error.code, error.message, error)
          : error;
      },
    );
    const finished = started.finally(() => ordered.finish());
    finished.catch(() => {});
    return { finished };
  }

  /** Nothing, too, has its compressed form. */
  async #closeCompressed(sink: CompressedSink | undefined): Promise<void> {
    if (sink === undefined || !sink.isEmpty) return;
    const slot = await this.slots.acquire();
    try {
      await sink.write(slot, 0);
    } finally {
      this.slots.release(slot);
    }
  }

  #decoded(stored: AsyncIterable<Uint8Array>, { decompress: form }: StreamSource): AsyncIterable<Uint8Array> {
    if (form === undefined) return stored;
    const counted = this.#counted(stored);
    return form === "gzip" ? decompress(counted, form) : zstdFrames(counted, decompressFrame);
  }

  async *#counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#bytesRead += piece.length;
      yield piece;
    }
  }

  #orderedRun(
    place: Place,
    onWritten: (consumed: number, produced: number) => void = () => {},
    onReached?: (end: OrderedEnd) => void,
  ): OrderedRun {
    return new OrderedRun({
      sink: place.sink,
      slots: this.slots,
      turn: place.turn.ready,
      onWritten: (consumed, produced) => {
        onWritten(consumed, produced);
        this.#count(consumed, produced);
      },
      onReached,
    });
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
      const change = source.kind === "file" ? inputChange(source) : undefined;
      if (change !== undefined) throw changedError(source.path, change);
      await this.#closeCompressed(place.compressed);
      await committed;
      if (this.stopped) return;
      await this.#commit(source, place.file);
      if (place.file !== undefined) this.#openFiles.delete(place.file);
      this.#files++;
      this.#report();
    } catch (error) {
      if (error instanceof OutputLostError) {
        this.#outputLost ??= error;
        this.stop(error);
      } else if (!this.stopped) {
        if (place.file !== undefined) this.#openFiles.delete(place.file);
        if (this.checkpoint?.keepsAfter(source.path, error) !== true) place.file?.abandon();
        this.#fail({ path: source.path, error: error as Error });
        this.#report();
      }
    } finally {
      place.turn.end();
    }
  }

  async #commit(source: FileSource | StreamSource, file: FileSink | undefined): Promise<void> {
    if (this.checkpoint === undefined || !hasTarget(source)) return file?.commit();
    file?.fitLength();
    await this.checkpoint.complete([source], false, (_, error) => {
      if (error !== undefined) throw error;
    });
  }

  #fail(failure: TextFailure): void {
    this.#failed.push(failure);
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
      files: this.#files + this.#failed.length,
      filesTotal: Math.max(this.#plan.count + this.#plan.failed.length, this.#files + this.#failed.length),
      resumed: this.#resumed,
      workers: this.runner.workers ?? [],
    });
  }
}

/** What a worker needs to know of a file. */
function inputOf({ path, size }: FileSource): InputFile {
  return { path, size };
}
