import { batchBytes, BatchRun, FileBatch, type FileResult, type RunningBatch, type StartedFiles } from "./batch_run.ts";
import type { BatchedFile, WrittenFile } from "./draft_file.ts";
import { troubleError } from "./map_errors.ts";
import type { FilesAnswer, MappableFile, MappedFile } from "./map_file_tasks.ts";
import type { MapSettings } from "./map_options.ts";
import type { MapSlot } from "./map_slot.ts";
import type { RangeCaller } from "./range_caller.ts";
import { type MapCursor, RecordDelivery, type RecordSink } from "./record_delivery.ts";
import type { FailedRecord } from "./record_form.ts";
import type { TextFailure } from "./report.ts";
import type { RunCheckpoint } from "./run_checkpoint.ts";
import type { SlotPool } from "./slot_pool.ts";
import type { FileSource } from "./text_plan.ts";
import { WriteTurns } from "./write_turns.ts";

/** What is told of a file that is mapped. */
export interface DoneFile extends MappedFile {
  readonly path: string;
  readonly worker: string;
}

/** What the batches of a run work with. */
export interface MapBatchesOptions {
  readonly settings: MapSettings;
  readonly caller: RangeCaller;
  readonly slots: SlotPool<MapSlot>;
  readonly checkpoint: RunCheckpoint<MapCursor> | undefined;
  /** The common output; undefined where every source has a file of its own. */
  readonly shared: RecordSink | undefined;
  /** Turns to write to the common output. */
  readonly turns: WriteTurns;
  readonly isStopped: () => boolean;
  /** Told of the records of a file that failed. Throws where the run ends with them. */
  readonly onFailed: (path: string, failed: readonly FailedRecord[]) => void;
  /** Called when all failed records of a batch are told, before its outputs have their names. */
  readonly onTold: () => Promise<void>;
  /** Told of each task that a worker has done. */
  readonly onTask: (worker: string) => void;
  /** Told of each file that is done. */
  readonly onDone: (file: DoneFile) => void;
  readonly onFailure: (failure: TextFailure) => void;
  /** Told when all files of a batch are done or have failed. */
  readonly onBatch: () => void;
}

type Written = WrittenFile & DoneFile;

/** Small files, which workers take by the dozen, each with an output of its own or all with the common one. */
export class MapBatches {
  readonly #options: MapBatchesOptions;
  readonly #files: BatchRun<Written>;
  readonly #shared: FileBatch<MappableFile>;
  /** Files at which the run ends, as a record of theirs failed, by the batch. */
  readonly #lastFiles: WeakMap<readonly BatchedFile[], DoneFile> = new WeakMap();

  constructor(options: MapBatchesOptions) {
    const { settings, checkpoint, isStopped, onDone, onFailed, onTold, onFailure, onBatch } = options;
    this.#options = options;
    this.#shared = new FileBatch(batchBytes(settings.chunkBytes));
    this.#files = new BatchRun<Written>({
      start: (files) => this.#startFiles(files),
      checkpoint,
      isStopped,
      beforeNaming: async (files) => {
        for (const { path, failed } of files) onFailed(path, failed);
        await onTold();
      },
      onDone,
      onFailure,
      onBatch,
    }, batchBytes(settings.chunkBytes));
  }

  /** Adds a file; true where the batch is full. */
  add(file: FileSource): boolean {
    const { path, size, modified, identity, target } = file;
    if (target !== undefined) return this.#files.add(file, target);
    return this.#shared.add({ path, size, modified, identity, target });
  }

  /** Whether there are files that no worker has. */
  get pending(): boolean {
    return this.#files.pending || this.#shared.pending;
  }

  /** Starts the batch when a slot is free. */
  async start(): Promise<RunningBatch> {
    if (this.#shared.pending) return await this.#startShared(this.#shared.take());
    const batch = await this.#files.start();
    return {
      complete: async (turn) => {
        await turn;
        await this.#files.complete(batch);
        const last = this.#lastFiles.get(batch.files);
        if (last !== undefined && !this.#options.isStopped()) this.#options.onFailed(last.path, last.failed);
      },
    };
  }

  /** Removes what a worker that was ended by force left of its files. */
  abandon(): void {
    this.#files.abandon();
  }

  async #startFiles(files: readonly BatchedFile[]): Promise<StartedFiles<Written>> {
    const { slots, caller, checkpoint, settings, onTask } = this.#options;
    const slot = await slots.acquire();
    const results = caller.callFiles({ files, slot, checkpoint: checkpoint?.id })
      .finally(() => slots.release(slot))
      .then(({ files: ends, worker }) => {
        onTask(worker);
        const done: FileResult<Written>[] = [];
        for (const [index, end] of ends.entries()) {
          const { path } = files[index]!;
          if (!("done" in end)) done.push({ error: troubleError(end, files[index]!) });
          else if (settings.onError === "stop" && end.done.failed.length > 0) {
            this.#lastFiles.set(files, { ...end.done, path, worker });
          } else done.push({ done: { ...end.done, path, worker } });
        }
        return done;
      });
    return { results };
  }

  async #startShared(files: readonly MappableFile[]): Promise<RunningBatch> {
    const { slots, caller, settings, shared, turns, isStopped, onBatch, onTask, onTold } = this.#options;
    const { ordered } = settings;
    const turn = ordered ? turns.next() : undefined;
    const delivery = new RecordDelivery({
      sink: shared!,
      ordered,
      turns: ordered ? new WriteTurns(true) : turns,
      turn: () => turn?.ready() ?? Promise.resolve(),
      release: (slot) => slots.release(slot),
      endsAtFailed: false,
      onFailed: () => {},
      onWritten: () => {},
    });
    const slot = await slots.acquire();
    const answer = caller.callFiles({ files, slot, checkpoint: undefined });
    // What failed is told when the output of the others is written.
    const none = { consumed: 0, count: 0, called: 0, failed: [] };
    delivery.add(
      slot,
      answer.then(({ produced, rest, values, worker }) => ({ ...none, produced, rest, values, worker })),
    );
    return {
      complete: async (before) => {
        try {
          await delivery.finish();
          await before;
          if (isStopped()) return;
          const { files: ends, worker } = await answer;
          onTask(worker);
          for (const [index, end] of ends.entries()) this.#settle(files[index]!, end, worker);
          await onTold();
          onBatch();
        } finally {
          turn?.end();
        }
      },
    };
  }

  /** Counts a file whose output is written to the common one. */
  #settle(file: MappableFile, end: FilesAnswer["files"][number], worker: string): void {
    const { onFailed, onDone, onFailure } = this.#options;
    const { path } = file;
    if (!("done" in end)) return onFailure({ path, error: troubleError(end, file) });
    onFailed(path, end.done.failed);
    onDone({ ...end.done, path, worker });
  }
}
