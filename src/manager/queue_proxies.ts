import type { WaitOptions } from "../sync/word_wait.ts";
import { BaseProxy, registerProxy } from "./proxy.ts";

/**
 * A queue in a manager's server, for processes that share no memory. Python: `SyncManager.Queue()`.
 */
export class QueueProxy<T = unknown> extends BaseProxy {
  /** Adds an item without waiting for room; rejects with a {@linkcode QueueFullError} where there is none. */
  putNowait(item: T): Promise<void> {
    return this.call("put", [item, 0]) as Promise<void>;
  }

  /** Takes the oldest item without waiting; rejects with a {@linkcode QueueEmptyError} where there is none. */
  getNowait(): Promise<T> {
    return this.call("get", [0]) as Promise<T>;
  }

  /** Items in it. */
  qsize(): Promise<number> {
    return this.call("qsize") as Promise<number>;
  }

  /** Whether there are none. */
  empty(): Promise<boolean> {
    return this.call("empty") as Promise<boolean>;
  }

  /** Whether there is no room. */
  full(): Promise<boolean> {
    return this.call("full") as Promise<boolean>;
  }

  /** Takes no more items; with `immediate` drops those that are there. Waiting calls reject with a {@linkcode ShutDownError}. */
  shutdown(immediate?: boolean): Promise<void> {
    return this.call("shutdown", [immediate]) as Promise<void>;
  }

  /**
   * Adds an item once there is room.
   *
   * @throws {QueueFullError} where there was none for `timeout` milliseconds
   * @throws {ShutDownError} where the queue is shut down
   */
  put(item: T, { timeout, signal }: WaitOptions = {}): Promise<void> {
    return this.call("put", [item, timeout], { signal }) as Promise<void>;
  }

  /**
   * Takes the oldest item once there is one. A call that is given up takes none.
   *
   * @throws {QueueEmptyError} where there was none for `timeout` milliseconds
   * @throws {ShutDownError} where the queue is shut down and empty
   */
  get({ timeout, signal }: WaitOptions = {}): Promise<T> {
    return this.call("get", [timeout], { signal }) as Promise<T>;
  }
}

/**
 * A queue in a manager's server that knows what is done. Python: `SyncManager.JoinableQueue()`.
 */
export class JoinableQueueProxy<T = unknown> extends QueueProxy<T> {
  /** Says that an item which was taken is done; rejects with `ERR_TOO_MANY_DONE` where all were. */
  taskDone(): Promise<void> {
    return this.call("taskDone") as Promise<void>;
  }

  /** Waits until all items are done: whether they were within `timeout` milliseconds. */
  join({ timeout, signal }: WaitOptions = {}): Promise<boolean> {
    return this.call("join", [timeout], { signal }) as Promise<boolean>;
  }
}

registerProxy("Queue", QueueProxy);
registerProxy("JoinableQueue", JoinableQueueProxy);
