import { defineTask, type TaskLike } from "../process/define_task.ts";
import type { IteratorProxy } from "./iterator_proxy.ts";
import { BaseProxy, registerProxy } from "./proxy.ts";

/**
 * A pool whose workers are the children of a manager's server. Tasks go there as to a {@linkcode Pool}.
 * Python: `SyncManager.Pool()`.
 */
export class PoolProxy extends BaseProxy {
  /** Runs `fn(...args)` in a worker. */
  apply<A extends unknown[], R>(fn: TaskLike<A, R>, args: A): Promise<Awaited<R>> {
    return this.call("apply", [defineTask(fn as TaskLike), args]) as Promise<Awaited<R>>;
  }

  /** Runs `fn` for each item; all results in order. */
  map<T, R>(fn: TaskLike<[T], R>, items: Iterable<T>): Promise<Awaited<R>[]> {
    return this.call("map", [defineTask(fn as TaskLike), [...items]]) as Promise<Awaited<R>[]>;
  }

  /** Runs `fn(...item)` for each item. */
  starmap<A extends unknown[], R>(fn: TaskLike<A, R>, items: Iterable<A>): Promise<Awaited<R>[]> {
    return this.call("starmap", [defineTask(fn as TaskLike), [...items]]) as Promise<Awaited<R>[]>;
  }

  /** Runs `fn` for each item; the results one by one, in order. */
  imap<T, R>(fn: TaskLike<[T], R>, items: Iterable<T>): Promise<IteratorProxy<Awaited<R>>> {
    return this.call("imap", [defineTask(fn as TaskLike), [...items]]) as Promise<IteratorProxy<Awaited<R>>>;
  }

  /** Runs `fn` for each item; the results as they come. */
  imapUnordered<T, R>(fn: TaskLike<[T], R>, items: Iterable<T>): Promise<IteratorProxy<Awaited<R>>> {
    return this.call("imapUnordered", [defineTask(fn as TaskLike), [...items]]) as Promise<IteratorProxy<Awaited<R>>>;
  }

  /** Takes no more work. */
  close(): Promise<void> {
    return this.call("close") as Promise<void>;
  }

  /** Waits until all work is done and the workers have ended, after `close`. */
  join(): Promise<void> {
    return this.call("join") as Promise<void>;
  }

  /** Ends the workers at once. */
  terminate(): Promise<void> {
    return this.call("terminate") as Promise<void>;
  }
}

registerProxy("Pool", PoolProxy);
