import { removeFile, renameFile, temporaryBeside } from "../runtime/files.ts";
import type { BatchedFile, WrittenFile } from "./draft_file.ts";
import { chunkCount } from "./chunk_plan.ts";
import { orWriteError } from "./file_sink.ts";
import type { KnownFile } from "./input_change.ts";
import type { TextFailure } from "./report.ts";
import type { RunCheckpoint } from "./run_checkpoint.ts";

/** Files of one batch at most: beyond that a task's own cost is nothing beside that of opening files. */
const BATCH_FILES = 64;
/** Bytes of text of one batch, unless a single file has more: a worker is not to be left with much more than another. */
const BATCH_BYTES = 1024 * 1024;

/** Bytes of small files that a worker takes at a time, where their output is to fit a slot, as that of a chunk does. */
export function batchBytes(chunkBytes: number): number {
  return Math.min(chunkBytes, BATCH_BYTES);
}

/** Whether a file is small enough to be one of many for a worker. */
export function isSmall(
  { size, compress }: { readonly size: number; readonly compress?: unknown },
  { chunkBytes }: { readonly chunkBytes: number },
): boolean {
  return compress === undefined && chunkCount(size, chunkBytes) <= 1;
}

/** The part of a batch that a file of `size` bytes is. */
export function batchShare(size: number, batchBytes: number = BATCH_BYTES): number {
  return Math.min(1, Math.max(1 / BATCH_FILES, size / batchBytes));
}

/** Gathers small files until they are worth a task. */
export class FileBatch<F extends KnownFile> {
  readonly #limit: number;
  #files: F[] = [];
  #bytes = 0;

  /** @param limit bytes of text from which a batch is full */
  constructor(limit: number = BATCH_BYTES) {
    this.#limit = limit;
  }

  /** Adds a file; true where the batch is full. */
  add(file: F): boolean {
    this.#files.push(file);
    this.#bytes += file.size;
    return this.#files.length === BATCH_FILES || this.#bytes >= this.#limit;
  }

  /** Whether there are files. */
  get pending(): boolean {
    return this.#files.length > 0;
  }

  /** The files, which then belong to it no more. */
  take(): readonly F[] {
    const files = this.#files;
    this.#files = [];
    this.#bytes = 0;
    return files;
  }
}

/** What came of a file. */
export type FileResult<W extends WrittenFile> = { readonly done: W } | { readonly error: Error };

/** What a batch run works with. */
export interface BatchRunOptions<W extends WrittenFile> {
  /** Hands files to a worker as soon as a slot is free. */
  readonly start: (files: readonly BatchedFile[]) => Promise<StartedFiles<W>>;
  readonly checkpoint: Pick<RunCheckpoint<never>, "complete" | "keepsAfter"> | undefined;
  /** Whether the run is to end early. */
  readonly isStopped: () => boolean;
  /** Called before files get their names. Throws where they must not. */
  readonly beforeNaming?: (files: readonly (BatchedFile & W)[]) => Promise<void>;
  /** Told of each file that has its final name. */
  readonly onDone: (file: BatchedFile & W) => void;
  readonly onFailure: (failure: TextFailure) => void;
  /** Told when all files of a batch are done or have failed. */
  readonly onBatch: () => void;
}

/** Files that a worker has, and what it will answer. */
export interface StartedFiles<W extends WrittenFile> {
  readonly results: Promise<readonly FileResult<W>[]>;
}

/** A batch that is under way. */
export interface RunningBatch {
  /** Does what is left to do in the order of the texts, once `turn` has come. */
  complete(turn: Promise<void>): Promise<void>;
}

/** Small files, each with an output of its own, that workers take by the dozen. */
export class BatchRun<W extends WrittenFile = WrittenFile> {
  readonly #options: BatchRunOptions<W>;
  readonly #batch: FileBatch<BatchedFile>;
  readonly #inFlight: Set<readonly BatchedFile[]> = new Set();

  /** @param limit bytes of text from which a batch is full */
  constructor(options: BatchRunOptions<W>, limit?: number) {
    this.#options = options;
    this.#batch = new FileBatch(limit);
  }

  /** Adds a file to the batch; true where the batch is full. */
  add({ path, size, modified, identity }: KnownFile, target: string): boolean {
    return this.#batch.add({ path, size, modified, identity, target });
  }

  /** Whether there are files that no worker has. */
  get pending(): boolean {
    return this.#batch.pending;
  }

  /** Starts the batch when a slot is free. What it gives is to be handed to `complete` in its turn. */
  async start(): Promise<Batch<W>> {
    return await this.#start(this.#batch.take());
  }

  /** Gives the finished files of a batch their names; resolves when all of them are done or have failed. */
  async complete({ files, results }: Batch<W>): Promise<void> {
    try {
      await this.#takeAll(files, await results);
      this.#options.onBatch();
    } catch (error) {
      if (this.#options.isStopped()) {
        for (const file of files) this.#discard(file);
        return;
      }
      if (files.length === 1) {
        this.#fail(files[0]!.path, error as Error);
        this.#discard(files[0]!);
        this.#options.onBatch();
        return;
      }
      // A worker was lost: only the file that it was lost with is to fail.
      for (const file of files) {
        this.#discard(file);
        await this.complete(await this.#start([file]));
      }
    } finally {
      this.#inFlight.delete(files);
    }
  }

  /** Removes what a worker that was ended by force left of its files. */
  abandon(): void {
    for (const files of this.#inFlight) for (const file of files) this.#discard(file);
  }

  #fail(path: string, error: Error): void {
    this.#options.checkpoint?.keepsAfter(path, error);
    this.#options.onFailure({ path, error });
  }

  #discard({ target }: BatchedFile): void {
    // A run that resumes finds its files by their names.
    if (this.#options.checkpoint === undefined) removeFile(temporaryBeside(target));
  }

  async #start(files: readonly BatchedFile[]): Promise<Batch<W>> {
    this.#inFlight.add(files);
    const { results } = await this.#options.start(files);
    results.catch(() => {});
    return { files, results };
  }

  async #takeAll(files: readonly BatchedFile[], results: readonly FileResult<W>[]): Promise<void> {
    const { checkpoint, isStopped, beforeNaming, onDone } = this.#options;
    const complete: (BatchedFile & W)[] = [];
    for (const [index, result] of results.entries()) {
      const file = files[index]!;
      if ("done" in result) complete.push({ ...file, ...result.done });
      else if (!isStopped()) this.#fail(file.path, result.error);
    }
    if (!isStopped()) await beforeNaming?.(complete);
    if (checkpoint !== undefined) {
      if (isStopped()) return;
      await checkpoint.complete(complete, true, (file, error) => {
        if (error === undefined) onDone(file);
        else this.#fail(file.path, error);
      });
      return;
    }
    for (const file of complete) {
      const { path, target, temporary } = file;
      if (isStopped()) {
        removeFile(temporary);
        continue;
      }
      try {
        orWriteError(target, () => renameFile(temporary, target));
        onDone(file);
      } catch (error) {
        removeFile(temporary);
        this.#fail(path, error as Error);
      }
    }
  }
}

/** Files that are with a worker. */
export interface Batch<W extends WrittenFile> extends StartedFiles<W> {
  readonly files: readonly BatchedFile[];
}
