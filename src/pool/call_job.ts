import { FrameKind } from "../channel/frames.ts";
import type { Job, PoolTask } from "./pool_task.ts";

/** One call: its value resolves, what it throws rejects. */
export class CallJob implements Job {
  readonly #resolve: (value: never) => void;
  readonly #reject: (error: unknown) => void;
  /** Takes the watches on the job away. */
  release: (() => void) | undefined;

  constructor(resolve: (value: never) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settle(_task: PoolTask, kind: number, value: unknown): void {
    this.release?.();
    if (kind === FrameKind.Failure) this.#reject((value as [unknown])[0]);
    else this.#resolve(value as never);
  }

  fail(_task: PoolTask, error: Error): void {
    this.release?.();
    this.#reject(error);
  }
}
