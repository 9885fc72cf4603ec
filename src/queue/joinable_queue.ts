import { registerSynchroniser } from "../sync/synchroniser.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import { lendQueues } from "./borrowed_queue.ts";
import { Queue, queueCore, queueState } from "./queue.ts";

/**
 * A queue that knows when all that was put into it is done. Python: `multiprocessing.JoinableQueue`.
 *
 * @example
 * ```ts
 * import { JoinableQueue } from "@manyhands/manyhands";
 *
 * const queue = new JoinableQueue<string>();
 * await queue.put("work");
 * console.log(await queue.get()); // work
 * queue.taskDone();
 * await queue.join();
 * ```
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  /**
   * An item that was got is done.
   *
   * @throws {ManyhandsError} with code `ERR_TOO_MANY_DONE` where no item is left that is not. Python: ValueError.
   */
  taskDone(): void {
    queueState(this as unknown as Queue<never>, "finish a task of").taskDone();
  }

  /**
   * Waits until each item that was put is done: true, or false where the `timeout` (milliseconds) ended first. Rejects with
   * the signal's reason.
   */
  join(limits: WaitOptions = {}): Promise<boolean> {
    return queueState(this as unknown as Queue<never>, "join").join(limits);
  }

  /** As `join`, but blocks the thread; meant for workers. */
  joinSync(timeout?: number): boolean {
    return queueState(this as unknown as Queue<never>, "join").joinSync(timeout);
  }

  static {
    registerSynchroniser("JoinableQueue", JoinableQueue, () => 0, (_, attach) => attach(() => new JoinableQueue()));
    lendQueues<JoinableQueue>(
      "JoinableQueue",
      (queue) => queueCore(queue as unknown as Queue<never>),
      () => new JoinableQueue(),
    );
  }
}
