import type { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameKind } from "../channel/frames.ts";
import { packedCalls } from "./packing.ts";
import type { PoolTask } from "./pool_task.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TaskLedger } from "./task_ledger.ts";

/** What the answers tell the dispatcher. */
export interface AnswerEvents {
  /** A worker has had all tasks of its life. */
  onSpent(worker: PoolWorker): void;
  /** A worker has more memory than it may. */
  onHeavy(worker: PoolWorker): void;
  /** What a worker sent makes no sense. */
  onCorrupt(worker: PoolWorker, error: Error): void;
  /** An answer that came by message has settled its task. */
  onLate(): void;
}

/** Takes answers out of the rings of workers and settles the tasks that they are of. */
export class Answers {
  /** Tasks answered so far. */
  taken = 0;
  /** Answers that were told of and whose messages are still to come. */
  coming = 0;
  readonly #scheduler: Scheduler<PoolTask, PoolWorker>;
  readonly #ledger: TaskLedger;
  readonly #events: AnswerEvents;
  readonly #heaviest: number;

  /** `heaviest`: bytes of memory above which a worker is too heavy. */
  constructor(
    scheduler: Scheduler<PoolTask, PoolWorker>,
    ledger: TaskLedger,
    events: AnswerEvents,
    heaviest: number,
  ) {
    this.#scheduler = scheduler;
    this.#ledger = ledger;
    this.#events = events;
    this.#heaviest = heaviest;
  }

  /** Takes all answers that the worker has sent. */
  drain(worker: PoolWorker): void {
    const { handle } = worker;
    const { receiver } = handle;
    let taken = 0;
    let task: PoolTask | undefined;
    const { ring } = receiver;
    while (this.#nextAnswer(worker, receiver)) {
      taken++;
      task = worker.answered(ring.id);
      // Before the job hears of it: an initializer's answer enlists its worker, which holds nothing then.
      const isSpent = task !== undefined && this.#scheduler.completed(worker);
      if (task === undefined || task.isSettled) this.#discard(worker);
      else if (receiver.isCloned) this.#settleLater(worker, task, receiver.kind);
      else this.#settle(task, receiver);
      if (task === undefined) continue;
      handle.forgetAbort(task.id);
      this.#ledger.release(task);
      this.taken++;
      if (isSpent) this.#events.onSpent(worker);
    }
    if (taken === 0) return;
    handle.grantSpace();
    if (handle.memory > this.#heaviest) this.#events.onHeavy(worker);
    if (task?.kind === FrameKind.Apply) task.fn.packed = packedCalls(handle.frameCost);
  }

  /** A worker whose ring makes no sense is ended; what it has not begun goes elsewhere. */
  #nextAnswer(worker: PoolWorker, receiver: FrameReceiver): boolean {
    if (worker.isCorrupt) return false;
    try {
      return receiver.next();
    } catch (error) {
      worker.isCorrupt = true;
      this.#events.onCorrupt(worker, error as Error);
      return false;
    }
  }

  /** The frame is released before the job hears of its answer: what that sets off may take answers of the same worker. */
  #settle(task: PoolTask, receiver: FrameReceiver): void {
    const { kind } = receiver;
    let value: unknown;
    try {
      task.bytes = receiver.length;
      value = receiver.value();
    } catch (error) {
      receiver.ring.release();
      this.#ledger.settle(task);
      return task.fail(error as Error);
    }
    receiver.ring.release();
    this.#ledger.settle(task);
    task.job.settle(task, kind, value);
  }

  /** The answer comes by message. */
  #settleLater(worker: PoolWorker, task: PoolTask, kind: number): void {
    const { receiver, inbox } = worker.handle;
    task.bytes = receiver.length;
    this.coming++;
    const end = (settle: () => void): void => {
      this.coming--;
      if (task.isSettled) return;
      this.#ledger.settle(task);
      settle();
      this.#events.onLate();
    };
    // Where the worker ends before its message is here, the job hears of that loss and not of this answer.
    const arrived = inbox.take(receiver.value() as number);
    receiver.ring.release();
    void arrived.then(
      (clone) => end(() => task.job.settle(task, kind, clone)),
      (error: Error) => end(() => task.fail(error)),
    );
  }

  #discard(worker: PoolWorker): void {
    const { receiver, inbox } = worker.handle;
    if (receiver.isCloned) inbox.drop(receiver.value() as number);
    else receiver.discard();
    receiver.ring.release();
  }
}
