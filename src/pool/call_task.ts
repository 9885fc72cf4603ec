import { FrameKind } from "../channel/frames.ts";
import { type PoolFunction, PoolTask } from "./pool_task.ts";

/** One call, which is a job of its own: its value resolves, what it throws rejects. */
export class CallTask extends PoolTask {
  /** Takes the watches on the job away. */
  release: (() => void) | undefined;
  readonly #resolve: (value: never) => void;
  readonly #reject: ((error: unknown) => void) | undefined;

  /** Without `reject`, `resolve` is a promise's: what it is given as a rejected promise rejects it. */
  constructor(fn: PoolFunction, retries: number, resolve: (value: never) => void, reject?: (error: unknown) => void) {
    super(FrameKind.Apply, fn, 0, retries);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settle(kind: number, value: unknown): void {
    this.release?.();
    if (kind === FrameKind.Failure) this.#refuse((value as [unknown])[0]);
    else this.#resolve(value as never);
  }

  fail(error: Error): void {
    this.release?.();
    this.#refuse(error);
  }

  #refuse(error: unknown): void {
    if (this.#reject !== undefined) return this.#reject(error);
    const refused = Promise.reject(error);
    // Where the promise has been resolved before nobody else handles this one.
    refused.catch(() => {});
    this.#resolve(refused as never);
  }
}
