import type { Payload } from "../channel/frame_sender.ts";

/** A function that the pool's workers know, or will be told of before its first task. */
export interface PoolFunction {
  readonly number: number;
  /** Its `TaskDefinition`, encoded. */
  readonly definition: Payload;
  /** Microseconds that a call of it takes, as far as its last worker tells. */
  callCost: number;
}

/** What a task belongs to: it takes the answers. */
export interface Job {
  /** The worker answered: `kind` is `Result`, `Outcomes` or `Failure` of `FrameKind`. */
  settle(task: PoolTask, kind: number, value: unknown): void;
  /** There will be no answer. */
  fail(task: PoolTask, error: Error): void;
}

/** One piece of work for one worker: a call, or a chunk of them. */
export class PoolTask {
  readonly job: Job;
  readonly kind: number;
  readonly fn: PoolFunction;
  /** Index of its first item in the job. */
  readonly index: number;
  /** Number on the wire while it is unsettled. */
  id = -1;
  /** Its input, once that had to leave the caller's hands; absent while it lies in a ring. */
  payload: Payload | undefined;
  /** Where its frame lies in its worker's ring, -1 while it is not all there. */
  place = -1;
  /** Encoded bytes of its input, then of its answer. */
  bytes = 0;
  /** How often it may still be repeated after its worker was lost. */
  retries: number;
  /** Its job has its answer, or wants none any more. */
  isSettled = false;

  constructor(job: Job, kind: number, fn: PoolFunction, index: number, retries: number) {
    this.job = job;
    this.kind = kind;
    this.fn = fn;
    this.index = index;
    this.retries = retries;
  }
}
