import { batchBytes, FileBatch, type RunningBatch } from "./batch_run.ts";
import type { ByteSink } from "./byte_sink.ts";
import { failureError } from "./file_failure.ts";
import { type JoinedPart, lowerFilesTogether } from "./file_tasks.ts";
import type { KnownFile } from "./input_change.ts";
import type { ChunkPart, ChunkState } from "./lower_chunk.ts";
import { OrderedRun } from "./ordered_run.ts";
import type { TextFailure } from "./report.ts";
import type { RunContext } from "./run_context.ts";
import type { Slot } from "./slot.ts";
import { resultOf } from "./task_runner.ts";
import type { WriteTurns } from "./write_turns.ts";

/** What the batches of a run work with. */
export interface CommonBatchesOptions {
  /** Turns to write to the common output. */
  readonly turns: WriteTurns;
  /** Told of each piece that is written. */
  readonly onWritten: (consumed: number, produced: number) => void;
  /** Told of each file whose output is written. */
  readonly onDone: () => void;
  readonly onFailure: (failure: TextFailure) => void;
}

/** A batch that is under way, and its files. */
export interface CommonBatch extends RunningBatch {
  readonly files: readonly KnownFile[];
}

/** Small files whose output goes to the common one, which workers take by the dozen. */
export class CommonBatches {
  readonly #context: RunContext;
  readonly #options: CommonBatchesOptions;
  readonly #batch: FileBatch<KnownFile>;

  constructor(context: RunContext, options: CommonBatchesOptions) {
    this.#context = context;
    this.#options = options;
    this.#batch = new FileBatch(batchBytes(context.chunkBytes));
  }

  /** Adds a file; true where the batch is full. */
  add({ path, size, modified, identity }: KnownFile): boolean {
    return this.#batch.add({ path, size, modified, identity });
  }

  /** Whether there are files that no worker has. */
  get pending(): boolean {
    return this.#batch.pending;
  }

  /** Starts the batch when a slot is free. */
  async start(sink: ByteSink): Promise<CommonBatch> {
    const context = this.#context;
    const { turns, onWritten, onDone, onFailure } = this.#options;
    const files = this.#batch.take();
    const turn = turns.next();
    const slot = await context.slots.acquire();
    const lowering = new BatchLowering(context, files, slot);
    const ordered = new OrderedRun({ sink, slots: context.slots, turn: turn.ready, onWritten });
    ordered.add(slot, () => lowering.next());
    const finished = ordered.finish();
    finished.catch(() => {});
    return {
      files,
      complete: async (before) => {
        try {
          await finished;
          await before;
          if (context.stopped) return;
          for (const [index, { path }] of files.entries()) {
            const error = lowering.ends[index];
            if (error === undefined) onDone();
            else onFailure({ path, error });
          }
        } finally {
          turn.end();
        }
      },
    };
  }
}

/** Small files in one slot: their outputs one after another, in as many pieces as it takes. */
class BatchLowering {
  /** Why each file failed, of those that are over; undefined where it did not. */
  readonly ends: (Error | undefined)[] = [];
  readonly #context: RunContext;
  readonly #files: readonly KnownFile[];
  readonly #slot: Slot;
  /** Where in the first file that is not over the next piece begins; undefined at its start. */
  #from: ChunkState | undefined;
  /** Whether a worker was lost with several of them: only the file that it was lost with is to fail. */
  #isOneByOne = false;

  constructor(context: RunContext, files: readonly KnownFile[], slot: Slot) {
    this.#context = context;
    this.#files = files;
    this.#slot = slot;
  }

  async next(): Promise<ChunkPart> {
    const { consumed, produced } = await this.#piece();
    const isOver = this.ends.length === this.#files.length;
    return { consumed, produced, next: isOver ? undefined : this.#from ?? { position: 0, context: 0 } };
  }

  async #piece(): Promise<Pick<ChunkPart, "consumed" | "produced">> {
    const { runner, settings } = this.#context;
    const first = this.ends.length;
    const files = this.#files.slice(first, this.#isOneByOne ? first + 1 : undefined);
    let part: JoinedPart;
    try {
      part = resultOf(await runner.apply(lowerFilesTogether, [files, this.#slot, settings, this.#from]), "", "");
    } catch (error) {
      if (this.#context.stopped) throw error;
      if (files.length > 1) this.#isOneByOne = true;
      else {
        this.ends.push(error as Error);
        this.#from = undefined;
      }
      return { consumed: 0, produced: 0 };
    }
    for (const [index, end] of part.ends.entries()) {
      const { path } = files[index]!;
      this.ends.push("done" in end ? undefined : failureError(end.failure, path, path));
    }
    this.#from = part.next;
    return part;
  }
}
