import { FrameKind } from "../channel/frames.ts";
import { type Job, type PoolFunction, PoolTask } from "./pool_task.ts";

/** The job of all single calls: each task has what settles it. */
const calls: Job = {
  settle(task: PoolTask, kind: number, value: unknown): void {
    if (task.release !== undefined) task.release();
    if (kind === FrameKind.Failure) refuse(task, (value as [unknown])[0]);
    else task.resolve!(value as never);
  },
  fail(task: PoolTask, error: Error): void {
    task.release?.();
    refuse(task, error);
  },
};

/**
 * One call, which is a job of its own: its value resolves, what it throws rejects. Without `reject`, `resolve` is a
 * promise's: what it is given as a rejected promise rejects it.
 */
export function callTask(
  fn: PoolFunction,
  retries: number,
  resolve: (value: never) => void,
  reject?: (error: unknown) => void,
): PoolTask {
  return new PoolTask(calls, FrameKind.Apply, fn, 0, retries, resolve, reject);
}

function refuse({ resolve, reject }: PoolTask, error: unknown): void {
  if (reject !== undefined) return reject(error);
  const refused = Promise.reject(error);
  // Where the promise has been resolved before nobody else handles this one.
  refused.catch(() => {});
  resolve!(refused as never);
}
