import { removeFile, renameFile, temporaryBeside } from "../runtime/files.ts";
import { type BatchedFile, lowerFiles, type Outcome, type WrittenFile } from "./file_tasks.ts";
import { orWriteError } from "./file_sink.ts";
import type { KnownFile } from "./input_change.ts";
import type { TextFailure } from "./report.ts";
import type { RunCheckpoint } from "./run_checkpoint.ts";
import type { RunContext } from "./run_context.ts";
import { resultOf } from "./task_runner.ts";

/** Files of one batch at most: beyond that a task's own cost is nothing beside that of opening files. */
const BATCH_FILES = 64;
/** Bytes of text of one batch, unless a single file has more: a worker is not to be left with much more than another. */
const BATCH_BYTES = 1024 * 1024;

/** The part of a batch that a file of `size` bytes is. */
export function batchShare(size: number): number {
  return Math.min(1, Math.max(1 / BATCH_FILES, size / BATCH_BYTES));
}

/** What a batch run works with. */
export interface BatchRunOptions {
  readonly context: RunContext;
  /** Told of each file that has its final name. */
  readonly onDone: (consumed: number, produced: number) => void;
  readonly onFailure: (failure: TextFailure) => void;
  /** Told when all files of a batch are done or have failed. */
  readonly onBatch: () => void;
}

/** Small files, each with an output of its own, that workers take by the dozen. */
export class BatchRun {
  readonly #options: BatchRunOptions;
  readonly #inFlight: Set<readonly BatchedFile[]> = new Set();
  #files: BatchedFile[] = [];
  #bytes = 0;

  constructor(options: BatchRunOptions) {
    this.#options = options;
  }

  /** Adds a file to the batch; true where the batch is full. */
  add({ path, size, modified, identity }: KnownFile, target: string): boolean {
    this.#files.push({ path, size, modified, identity, target });
    this.#bytes += size;
    return this.#files.length === BATCH_FILES || this.#bytes >= BATCH_BYTES;
  }

  /** Whether there are files that no worker has. */
  get pending(): boolean {
    return this.#files.length > 0;
  }

  /** Starts the batch when a slot is free. What it gives is to be handed to `complete` in its turn. */
  async start(): Promise<Batch> {
    const files = this.#files;
    this.#files = [];
    this.#bytes = 0;
    return await this.#start(files);
  }

  /** Gives the finished files of a batch their names; resolves when all of them are done or have failed. */
  async complete({ files, outcomes }: Batch): Promise<void> {
    try {
      await this.#takeAll(files, await outcomes);
      this.#options.onBatch();
    } catch (error) {
      if (this.#options.context.stopped) return;
      if (files.length === 1) {
        const path = files[0]!.path;
        this.#options.onFailure({ path, error: error as Error });
        this.#discard(files[0]!);
        this.#options.onBatch();
        return;
      }
      // A worker was lost: only the file that it was lost with is to fail.
      for (const file of files) await this.complete(await this.#start([file]));
    } finally {
      this.#inFlight.delete(files);
    }
  }

  /** Removes what a worker that was ended by force left of its files. */
  abandon(): void {
    for (const files of this.#inFlight) for (const file of files) this.#discard(file);
  }

  #discard({ target }: BatchedFile): void {
    // A run that resumes finds its files by their names.
    if (this.#options.context.checkpoint === undefined) removeFile(temporaryBeside(target));
  }

  async #start(files: readonly BatchedFile[]): Promise<Batch> {
    const { runner, slots, settings } = this.#options.context;
    const slot = await slots.acquire();
    this.#inFlight.add(files);
    const outcomes = runner.apply(lowerFiles, [files, slot, settings]).finally(() => slots.release(slot));
    outcomes.catch(() => {});
    return { files, outcomes };
  }

  async #takeAll(files: readonly BatchedFile[], outcomes: readonly Outcome<WrittenFile>[]): Promise<void> {
    const { checkpoint, stopped } = this.#options.context;
    if (checkpoint !== undefined) {
      if (!stopped) await this.#takeSynced(checkpoint, files, outcomes);
      return;
    }
    for (const [index, outcome] of outcomes.entries()) {
      const { path, target } = files[index]!;
      if (this.#options.context.stopped) {
        if ("done" in outcome) removeFile(outcome.done.temporary);
        continue;
      }
      try {
        const { temporary, consumed, produced } = resultOf(outcome, path, target);
        orWriteError(target, () => renameFile(temporary, target));
        this.#options.onDone(consumed, produced);
      } catch (error) {
        this.#options.onFailure({ path, error: error as Error });
      }
    }
  }

  async #takeSynced(
    checkpoint: RunCheckpoint,
    files: readonly BatchedFile[],
    outcomes: readonly Outcome<WrittenFile>[],
  ): Promise<void> {
    const complete: (BatchedFile & WrittenFile)[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const file = files[index]!;
      try {
        complete.push({ ...file, ...resultOf(outcome, file.path, file.target) });
      } catch (error) {
        this.#options.onFailure({ path: file.path, error: error as Error });
      }
    }
    await checkpoint.complete(complete, true, ({ path, consumed, produced }, error) => {
      if (error === undefined) this.#options.onDone(consumed, produced);
      else this.#options.onFailure({ path, error });
    });
  }
}

/** Files that a worker has, and what it will answer. */
export interface Batch {
  readonly files: readonly BatchedFile[];
  readonly outcomes: Promise<readonly Outcome<WrittenFile>[]>;
}
