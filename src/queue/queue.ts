import { ClosedError, ShutDownError } from "../core/errors.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import { registerSynchroniser, Synchroniser } from "../sync/synchroniser.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import { BorrowedQueue, lendQueues, takeBorrowed } from "./borrowed_queue.ts";
import type { QueueCore } from "./queue_core.ts";
import { QUEUE_LINES, QueueState } from "./queue_state.ts";

const LARGEST_SIZE = 2 ** 31 - 1;

/** What a queue is made of, for its subclasses here; throws where it was closed. `verb` says what for. */
export let queueState: (queue: Queue<never>, verb: string) => QueueCore;

/** The same, whether it was closed or not. */
export let queueCore: (queue: Queue<never>) => QueueCore;

/**
 * A queue that all processes of the tree share: any of them puts, any of them gets, first in, first out.
 * Python: `multiprocessing.Queue`, without its feeder thread: `put` resolves when the item is stored, so nothing is lost
 * when a process ends, `qsize` is exact, and a process that has put may be joined at any time.
 *
 * Items are copied; what cannot be copied rejects its `put` and nothing else. Its memory is freed by `dispose` (or
 * `using`), for all processes at once, and of a queue that was never sent also when it is garbage.
 *
 * @example
 * ```ts
 * import { Queue } from "@manyhands/manyhands";
 *
 * const queue = new Queue<number>();
 * await queue.put(1);
 * await queue.put(2);
 * console.log(queue.qsize(), await queue.get()); // 2 1
 * ```
 */
export class Queue<T = unknown> extends Synchroniser {
  readonly #own: QueueCore;
  #isClosed = false;
  #isUsed = false;

  /**
   * Makes a queue that holds `maxsize` items at most; 0 or less: any number.
   *
   * @throws {RangeError} if `maxsize` is no whole number below 2^31.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(maxsize: number = 0) {
    if (!Number.isInteger(maxsize) || maxsize > LARGEST_SIZE) {
      throw new RangeError(`Size of a Queue must be a whole number below 2^31, got ${maxsize}`);
    }
    super(QUEUE_LINES, QueueState.release);
    const borrowed = takeBorrowed();
    const own = new QueueState(this.words, this.constructor.name);
    if (maxsize > 0) own.largest = maxsize;
    this.#own = borrowed ?? own;
  }

  /**
   * Puts an item. Resolves when it is stored; waits for room, `timeout` milliseconds at most.
   *
   * @throws {QueueFullError} where there was no room in that time.
   * @throws {TaskEncodingError} where the item cannot be copied; `path` leads to the part.
   * @throws {ShutDownError} after `shutdown`; {@linkcode ClosedError} after `close`. The signal's reason.
   */
  put(item: T, limits: WaitOptions = {}): Promise<void> {
    try {
      limits.signal?.throwIfAborted();
      return this.#state("put into").put(item, limits);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `put` without waiting: throws {@linkcode QueueFullError} where there is no room. Python: `put_nowait`. */
  putNowait(item: T): void {
    this.#state("put into").putSync(item, 0);
  }

  /** As `put`, but blocks the thread; meant for workers. Python: `put`. */
  putSync(item: T, timeout?: number): void {
    this.#state("put into").putSync(item, timeout);
  }

  /**
   * Takes the item that was put first; waits for one, `timeout` milliseconds at most.
   *
   * @throws {QueueEmptyError} where there was none in that time.
   * @throws {ShutDownError} after `shutdown`, once it is empty; {@linkcode ClosedError} after `close`. The signal's reason.
   */
  get(limits: WaitOptions = {}): Promise<T> {
    try {
      return this.#state("get from").get(limits) as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `get` without waiting: throws {@linkcode QueueEmptyError} where there is none. Python: `get_nowait`. */
  getNowait(): T {
    return this.#state("get from").getSync(0) as T;
  }

  /** As `get`, but blocks the thread; meant for workers. */
  getSync(timeout?: number): T {
    return this.#state("get from").getSync(timeout) as T;
  }

  /** Items that are in it now. */
  qsize(): number {
    return this.#state("count").size;
  }

  /** Whether there is no item in it now. */
  empty(): boolean {
    return this.#isClosed && !this.#isUsed ? true : this.#state("look into").size === 0;
  }

  /** Whether it has no room now. */
  full(): boolean {
    return this.#state("look into").isFull;
  }

  /**
   * Nothing may be put any more, by any process; what is there may be got, unless `immediate` drops it. Then `get` fails
   * too. Python: `Queue.shutdown`, since 3.13 of `queue.Queue`.
   */
  shutdown(immediate: boolean = false): void {
    this.#state("shut down").shutdown(immediate);
  }

  /** This process will not use it any more. The others may. May be called again. */
  close(): void {
    this.#isClosed = true;
  }

  /** Frees its memory, for all processes that have it. */
  override dispose(): void {
    if (this.#own instanceof BorrowedQueue) this.#own.dispose();
    super.dispose();
  }

  /** Resolves at once: there is no thread to wait for. Python: `join_thread`. */
  joinThread(): Promise<void> {
    return Promise.resolve();
  }

  /** Gets item after item until the queue is shut down and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if (error instanceof ShutDownError) return;
        throw error;
      }
      yield item;
    }
  }

  /** How many items are in it. */
  protected override describe(): string {
    return this.#isClosed ? "closed" : `size=${this.#own.size}`;
  }

  /** What it is made of, unless it was closed or disposed of here. */
  #state(verb: string): QueueCore {
    void this.words;
    if (this.#isClosed) throw new ClosedError(`Cannot ${verb} the ${this.constructor.name}: it is closed`);
    this.#isUsed = true;
    return this.#own;
  }

  #readiness(): Readiness {
    const state = this.#state("wait for");
    return {
      isReady: () => state.isReady,
      whenReady: (signal) => state.whenReady(signal),
    };
  }

  static {
    queueState = (queue, verb) => queue.#state(verb);
    queueCore = (queue) => queue.#own;
    Object.defineProperty(Queue.prototype, waitable, {
      value(this: Queue) {
        return this.#readiness();
      },
    });
    registerSynchroniser("Queue", Queue, () => 0, (_, attach) => attach(() => new Queue()));
    lendQueues<Queue>("Queue", (queue) => queue.#own, () => new Queue());
  }
}

/** Ready for `wait` when there is an item, or none will come. */
export interface Queue<T = unknown> extends Waitable {}
