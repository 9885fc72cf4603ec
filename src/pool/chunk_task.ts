import { type PoolFunction, PoolTask } from "./pool_task.ts";

/** What chunks belong to: it takes their answers. */
export interface Job {
  /** A worker answered: `kind` is `Result`, `Outcomes` or `Failure` of `FrameKind`. */
  settle(task: PoolTask, kind: number, value: unknown): void;
  /** There will be no answer. */
  fail(task: PoolTask, error: Error): void;
}

/** A chunk of the calls of a job. */
export class ChunkTask extends PoolTask {
  readonly #job: Job;

  constructor(job: Job, kind: number, fn: PoolFunction, index: number, retries: number) {
    super(kind, fn, index, retries);
    this.#job = job;
  }

  settle(kind: number, value: unknown): void {
    this.#job.settle(this, kind, value);
  }

  fail(error: Error): void {
    this.#job.fail(this, error);
  }
}
