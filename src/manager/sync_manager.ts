import { type ItemKind, itemType } from "../shared/type_codes.ts";
import { BaseManager, type ManagerOptions } from "./base_manager.ts";
import {
  type ArrayProxy,
  type DictProxy,
  type Entries,
  type ListProxy,
  type NamespaceProxy,
  pairsOf,
  type SetProxy,
  type ValueProxy,
} from "./container_proxies.ts";
import type { PoolProxy } from "./pool_proxy.ts";
import type { JoinableQueueProxy, QueueProxy } from "./queue_proxies.ts";
import type {
  BarrierProxy,
  ConditionProxy,
  EventProxy,
  LockProxy,
  RLockProxy,
  SemaphoreProxy,
} from "./synchroniser_proxies.ts";

/**
 * A manager that makes the objects of this module and plain containers. Python: `multiprocessing.managers.SyncManager`.
 * {@linkcode Manager} makes one and starts it.
 */
export class SyncManager extends BaseManager {
  /** A `Map` in the server. */
  dict<K = unknown, V = unknown>(entries: Entries<K, V> = []): Promise<DictProxy<K, V>> {
    return this.create("dict", pairsOf(entries));
  }

  /** An array in the server. */
  list<T = unknown>(items: Iterable<T> = []): Promise<ListProxy<T>> {
    return this.create("list", [...items]);
  }

  /** A `Set` in the server. */
  set<T = unknown>(members: Iterable<T> = []): Promise<SetProxy<T>> {
    return this.create("set", [...members]);
  }

  /** Named values in the server. */
  Namespace<T extends object = Record<string, unknown>>(values?: T): Promise<NamespaceProxy<T>> {
    return this.create("Namespace", { ...values });
  }

  /** A queue in the server with room for `maxsize` items; 0 is no limit. */
  Queue<T = unknown>(maxsize: number = 0): Promise<QueueProxy<T>> {
    return this.create("Queue", maxsize);
  }

  /** A queue in the server that knows what is done. */
  JoinableQueue<T = unknown>(maxsize: number = 0): Promise<JoinableQueueProxy<T>> {
    return this.create("JoinableQueue", maxsize);
  }

  /** A lock in the server. */
  Lock(): Promise<LockProxy> {
    return this.create("Lock");
  }

  /** A lock in the server that its owner may take again. */
  RLock(): Promise<RLockProxy> {
    return this.create("RLock");
  }

  /** A semaphore in the server. */
  Semaphore(permits: number = 1): Promise<SemaphoreProxy> {
    return this.create("Semaphore", permits);
  }

  /** A semaphore in the server that never has more permits than at first. */
  BoundedSemaphore(permits: number = 1): Promise<SemaphoreProxy> {
    return this.create("BoundedSemaphore", permits);
  }

  /** A flag in the server. */
  Event(): Promise<EventProxy> {
    return this.create("Event");
  }

  /** A condition in the server. */
  Condition(): Promise<ConditionProxy> {
    return this.create("Condition");
  }

  /** A barrier in the server; `timeout` is the one of waits without one of their own, in milliseconds. */
  Barrier(parties: number, { timeout }: { timeout?: number } = {}): Promise<BarrierProxy> {
    return this.create("Barrier", parties, timeout);
  }

  /** One item of a type in the server. */
  async Value<T = number>(kind: ItemKind, value: T): Promise<ValueProxy<T>> {
    return await this.create("Value", itemType(kind).typecode, value);
  }

  /** Items of a type in the server: so many of 0, or those that are given. */
  async Array<T = number>(kind: ItemKind, items: number | Iterable<T>): Promise<ArrayProxy<T>> {
    return await this.create("Array", itemType(kind).typecode, typeof items === "number" ? items : [...items]);
  }

  /** A pool whose workers are children of the server. */
  Pool(processes?: number): Promise<PoolProxy> {
    return this.create("Pool", processes);
  }
}

/**
 * Starts a manager. Python: `multiprocessing.Manager()`.
 *
 * @throws As `BaseManager.start`.
 *
 * @example
 * ```ts
 * import { Manager } from "@manyhands/manyhands";
 *
 * const manager = await Manager();
 * const squares = await manager.dict<number, number>();
 * await squares.set(3, 9);
 * console.log(await squares.items()); // [ [ 3, 9 ] ]
 * await manager.shutdown();
 * ```
 */
export function Manager(options?: ManagerOptions): Promise<SyncManager> {
  return new SyncManager(options).start();
}
