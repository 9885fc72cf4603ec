import { FrameKind } from "../channel/frames.ts";
import type { Job, PoolTask } from "./pool_task.ts";

/** Chunks of one input: waits for all, then resolves with all values in order or rejects with the first error. */
export class MapJob<R> implements Job {
  readonly tasks: PoolTask[] = [];
  /** It has been settled, or given up. */
  isEnded = false;
  /** Takes the watches on the job away. */
  release: (() => void) | undefined;
  #values: R[] = [];
  #missing = 0;
  #firstError: { index: number; error: unknown } | undefined;
  readonly #resolve: (values: R[]) => void;
  readonly #reject: (error: unknown) => void;

  constructor(resolve: (values: R[]) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The input has been read: there will be so many values, in so many chunks. */
  begin(count: number, chunks: number): void {
    this.#values = new Array<R>(count);
    this.#missing = chunks;
    if (chunks === 0) this.#finish();
  }

  /** Rejects at once; what is still answered does not matter any more. */
  end(reason: unknown): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.release?.();
    this.#reject(reason);
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
    if (--this.#missing === 0) this.#finish();
  }

  #finish(): void {
    if (this.#firstError !== undefined) return this.end(this.#firstError.error);
    if (this.isEnded) return;
    this.isEnded = true;
    this.release?.();
    this.#resolve(this.#values);
  }
}
