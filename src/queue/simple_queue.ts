import { ClosedError } from "../core/errors.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import { registerSynchroniser, Synchroniser } from "../sync/synchroniser.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import { BorrowedQueue, lendQueues, takeBorrowed } from "./borrowed_queue.ts";
import type { QueueCore } from "./queue_core.ts";
import { QUEUE_LINES, QueueState } from "./queue_state.ts";

/**
 * A queue with `put`, `get` and `empty` and nothing else. Python: `multiprocessing.SimpleQueue`.
 *
 * @example
 * ```ts
 * import { SimpleQueue } from "@manyhands/manyhands";
 *
 * const queue = new SimpleQueue<boolean>();
 * await queue.put(true);
 * console.log(queue.empty(), await queue.get()); // false true
 * ```
 */
export class SimpleQueue<T = unknown> extends Synchroniser {
  readonly #state: QueueCore;
  #isClosed = false;

  /**
   * Makes an empty queue.
   *
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor() {
    super(QUEUE_LINES, QueueState.release);
    this.#state = takeBorrowed() ?? new QueueState(this.words, "SimpleQueue");
  }

  /** Puts an item; resolves when it is stored. Throws as `Queue.put`. */
  put(item: T): Promise<void> {
    try {
      return this.#open("put into").put(item, {});
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `put`, but blocks the thread; meant for workers. */
  putSync(item: T): void {
    this.#open("put into").putSync(item, undefined);
  }

  /** Takes the item that was put first; waits for one. Throws as `Queue.get`. */
  get(limits: WaitOptions = {}): Promise<T> {
    try {
      return this.#open("get from").get(limits) as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `get`, but blocks the thread; meant for workers. */
  getSync(timeout?: number): T {
    return this.#open("get from").getSync(timeout) as T;
  }

  /** Whether there is no item in it now. Throws {@linkcode ClosedError} after `close`. */
  empty(): boolean {
    return this.#open("look into").size === 0;
  }

  /** Frees its memory, for all processes that have it. */
  override dispose(): void {
    if (this.#state instanceof BorrowedQueue) this.#state.dispose();
    super.dispose();
  }

  /** This process will not use it any more. May be called again. */
  close(): void {
    this.#isClosed = true;
  }

  /** How many items are in it. */
  protected override describe(): string {
    return this.#isClosed ? "closed" : `size=${this.#state.size}`;
  }

  #open(verb: string): QueueCore {
    void this.words;
    if (this.#isClosed) throw new ClosedError(`Cannot ${verb} the SimpleQueue: it is closed`);
    return this.#state;
  }

  static {
    Object.defineProperty(SimpleQueue.prototype, waitable, {
      value(this: SimpleQueue): Readiness {
        const state = this.#open("wait for");
        return { isReady: () => state.isReady, whenReady: (signal) => state.whenReady(signal) };
      },
    });
    registerSynchroniser("SimpleQueue", SimpleQueue, () => 0, (_, attach) => attach(() => new SimpleQueue()));
    lendQueues<SimpleQueue>("SimpleQueue", (queue) => queue.#state, () => new SimpleQueue());
  }
}

/** Ready for `wait` when there is an item. */
export interface SimpleQueue<T = unknown> extends Waitable {}
