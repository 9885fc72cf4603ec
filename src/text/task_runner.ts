import { type FailureData, failureError } from "./file_failure.ts";
import type { Outcome } from "./file_tasks.ts";
import type { WorkerProgress } from "./report.ts";

/** The part of a Pool that the pipeline uses; tests put the same thread in its place. */
export interface TaskRunner {
  // deno-lint-ignore no-explicit-any
  apply<R, A extends any[]>(fn: (...args: A) => R, args: A): Promise<R>;
  /** What each worker does, where that is known. */
  readonly workers?: readonly WorkerProgress[];
}

/** A pool as far as a run needs one. */
export interface RunnerPool extends TaskRunner {
  /** Workers that there was no need to start. */
  readonly spared?: number;
  terminate(): Promise<void>;
}

/** The result of a task, or its failure as the error to report for these paths. */
export function resultOf<T>(outcome: Outcome<T>, input: string, output: string): T {
  if ("done" in outcome) return outcome.done;
  throw failureError(outcome.failure as FailureData, input, output);
}
