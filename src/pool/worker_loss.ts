import { type ExitReason, WorkerLostError } from "../core/errors.ts";
import type { WorkerEnd } from "../process/worker_handle.ts";
import type { PoolTask } from "./pool_task.ts";
import type { PoolWorker } from "./pool_worker.ts";

/** What ended a worker, as a part of a sentence. */
export function howItEnded({ code, error }: WorkerEnd): string {
  return error instanceof Error ? error.message : `exit code ${code}`;
}

function reasonOf(code: number, error: unknown): ExitReason {
  if (error !== undefined) return "error";
  return code < 0 ? "killed" : "exit";
}

/** The error of a task whose worker has ended. */
export function lossOf(task: PoolTask, worker: PoolWorker, { code, error }: WorkerEnd): WorkerLostError {
  const how = error instanceof Error
    ? `an uncaught error ended it: ${error.message}`
    : `it ended with exit code ${code}`;
  return new WorkerLostError(
    `${worker.handle.name} was lost while it ran task ${task.index}: ${how}`,
    { exitReason: reasonOf(code, error), exitCode: code, taskIndex: task.index },
    error === undefined ? undefined : { cause: error },
  );
}
