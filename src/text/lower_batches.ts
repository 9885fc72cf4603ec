import { BatchRun, type RunningBatch, type StartedFiles } from "./batch_run.ts";
import type { ByteSink } from "./byte_sink.ts";
import { type CommonBatch, CommonBatches } from "./common_batches.ts";
import type { BatchedFile, WrittenFile } from "./draft_file.ts";
import { failureError } from "./file_failure.ts";
import { lowerFiles } from "./file_tasks.ts";
import type { TextFailure } from "./report.ts";
import type { RunContext } from "./run_context.ts";
import type { FileSource } from "./text_plan.ts";
import type { WriteTurns } from "./write_turns.ts";

/** What the batches of a run work with. */
export interface LowerBatchesOptions {
  /** The common output, asked for once a file has none of its own. */
  readonly shared: () => ByteSink;
  /** Turns to write to the common output. */
  readonly turns: WriteTurns;
  /** Told of what is written: of each file by its own output, else of each piece. */
  readonly onWritten: (consumed: number, produced: number) => void;
  /** Told of each file whose output is complete. */
  readonly onDone: () => void;
  readonly onFailure: (failure: TextFailure) => void;
  /** Told when all files of a batch are done or have failed. */
  readonly onBatch: () => void;
  /** Whether what failed is the common output itself, with which the run ends. */
  readonly losesOutput: (error: unknown) => boolean;
}

/** Small files, which workers take by the dozen, each with an output of its own or all with the common one. */
export class LowerBatches {
  readonly #context: RunContext;
  readonly #options: LowerBatchesOptions;
  readonly #files: BatchRun;
  readonly #common: CommonBatches;

  constructor(context: RunContext, options: LowerBatchesOptions) {
    const { turns, onWritten, onDone, onFailure, onBatch } = options;
    this.#context = context;
    this.#options = options;
    this.#files = new BatchRun({
      start: (files) => startFiles(context, files),
      checkpoint: context.checkpoint,
      isStopped: () => context.stopped,
      onDone: ({ consumed, produced }) => {
        onDone();
        onWritten(consumed, produced);
      },
      onFailure,
      onBatch,
    });
    this.#common = new CommonBatches(context, { turns, onWritten, onDone, onFailure });
  }

  /** Adds a file; true where the batch is full. */
  add(file: FileSource): boolean {
    return file.target === undefined ? this.#common.add(file) : this.#files.add(file, file.target);
  }

  /** Whether there are files that no worker has. */
  get pending(): boolean {
    return this.#files.pending || this.#common.pending;
  }

  /** Starts a batch when a slot is free. */
  async start(): Promise<RunningBatch> {
    if (this.#common.pending) {
      const batch = await this.#common.start(this.#options.shared());
      return { complete: (turn) => this.#completeCommon(batch, turn) };
    }
    const batch = await this.#files.start();
    return { complete: (turn) => turn.then(() => this.#files.complete(batch)) };
  }

  /** Removes what a worker that was ended by force left of its files. */
  abandon(): void {
    this.#files.abandon();
  }

  async #completeCommon(batch: CommonBatch, turn: Promise<void>): Promise<void> {
    const { losesOutput, onFailure, onBatch } = this.#options;
    try {
      await batch.complete(turn);
    } catch (error) {
      if (losesOutput(error) || this.#context.stopped) return;
      for (const { path } of batch.files) onFailure({ path, error: error as Error });
    }
    onBatch();
  }
}

/** Hands small files to a worker that does them, each as a whole, as soon as a slot is free. */
async function startFiles(
  { runner, slots, settings }: RunContext,
  files: readonly BatchedFile[],
): Promise<StartedFiles<WrittenFile>> {
  const slot = await slots.acquire();
  const results = runner.apply(lowerFiles, [files, slot, settings])
    .finally(() => slots.release(slot))
    .then((outcomes) =>
      outcomes.map((outcome, index) => {
        if ("done" in outcome) return outcome;
        const { path, target } = files[index]!;
        return { error: failureError(outcome.failure, path, target) };
      })
    );
  return { results };
}
