import { FrameKind } from "../channel/frames.ts";
import type { Job, PoolTask } from "./pool_task.ts";

/** Chunks of one input: waits for all, then resolves with all values in order or rejects with the first error. */
export class MapJob<R> implements Job {
  readonly tasks: PoolTask[] = [];
  /** Takes the watches on the job away. */
  release: (() => void) | undefined;
  readonly #values: R[];
  readonly #resolve: (values: R[]) => void;
  readonly #reject: (error: unknown) => void;
  #missing: number;
  #firstError: { index: number; error: unknown } | undefined;

  constructor(count: number, chunks: number, resolve: (values: R[]) => void, reject: (error: unknown) => void) {
    this.#values = new Array<R>(count);
    this.#missing = chunks;
    this.#resolve = resolve;
    this.#reject = reject;
    if (chunks === 0) resolve([]);
  }

  settle(task: PoolTask, kind: number, value: unknown): void {
    if (kind === FrameKind.Failure) this.#note(task.index, (value as [unknown])[0]);
    else if (kind === FrameKind.Outcomes) this.#takeOutcomes(task.index, value as [boolean, unknown][]);
    else this.#takeValues(task.index, value as R[]);
    this.#finishChunk();
  }

  fail(task: PoolTask, error: Error): void {
    this.#note(task.index, error);
    this.#finishChunk();
  }

  #takeValues(start: number, values: R[]): void {
    for (let i = 0; i < values.length; i++) this.#values[start + i] = values[i]!;
  }

  #takeOutcomes(start: number, outcomes: [boolean, unknown][]): void {
    outcomes.forEach(([isOk, value], i) => {
      if (isOk) this.#values[start + i] = value as R;
      else this.#note(start + i, value);
    });
  }

  #note(index: number, error: unknown): void {
    if (this.#firstError === undefined || index < this.#firstError.index) this.#firstError = { index, error };
  }

  #finishChunk(): void {
    if (--this.#missing > 0) return;
    this.release?.();
    if (this.#firstError === undefined) this.#resolve(this.#values);
    else this.#reject(this.#firstError.error);
  }
}
