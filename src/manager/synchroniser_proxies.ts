import type { WaitOptions } from "../sync/word_wait.ts";
import { BaseProxy, registerProxy } from "./proxy.ts";

/** Something acquired in a manager's server, given back once by `release` or at the end of an `await using`. */
export class ProxyGuard {
  #held: AcquirableProxy | undefined;

  /** Guards `held`, which the caller has acquired. */
  constructor(held: AcquirableProxy) {
    this.#held = held;
  }

  /** Gives back what was acquired. A second call does nothing. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.release();
  }

  /** `release`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** What locks, semaphores and conditions in a manager's server have in common. */
export abstract class AcquirableProxy extends BaseProxy {
  /**
   * Waits until it is acquired. Resolves to a guard, whose `release` gives it back, or to `undefined` where the `timeout`
   * (milliseconds) ended first.
   *
   * @throws {OwnerDiedError} if it is a lock whose owner was lost while it held it: see `recover`
   */
  acquire(options?: { readonly timeout?: undefined; readonly signal?: AbortSignal | undefined }): Promise<ProxyGuard>;
  /** With a time limit. */
  acquire(options: WaitOptions): Promise<ProxyGuard | undefined>;
  async acquire(options: WaitOptions = {}): Promise<ProxyGuard | undefined> {
    return await this.call("acquire", [options.timeout], options) ? new ProxyGuard(this) : undefined;
  }

  /** Gives it back; rejects with `ERR_NOT_HELD`, `ERR_NOT_OWNER` or `ERR_TOO_MANY_RELEASES` where it was not taken. */
  release(count?: number): Promise<void> {
    return this.call("release", count === undefined ? [] : [count]) as Promise<void>;
  }
}

/**
 * A lock in a manager's server. Its owner is a process, which is what holds one connection: a thread counts as one. Where
 * the owner is lost while it holds the lock, `acquire` rejects with {@linkcode OwnerDiedError} until `recover`.
 * Python: `SyncManager.Lock()`, which stays locked for ever then.
 */
export class LockProxy extends AcquirableProxy {
  /** Whether somebody holds it. */
  locked(): Promise<boolean> {
    return this.call("locked") as Promise<boolean>;
  }

  /** Makes a lock usable again whose owner was lost while it held it; whether it was. */
  recover(): Promise<boolean> {
    return this.call("recover") as Promise<boolean>;
  }
}

/**
 * A lock in a manager's server that its owner may take again. See {@linkcode LockProxy}. Python: `SyncManager.RLock()`.
 */
export class RLockProxy extends AcquirableProxy {
  /** Whether somebody holds it. */
  locked(): Promise<boolean> {
    return this.call("locked") as Promise<boolean>;
  }

  /** Whether this process holds it. */
  isOwned(): Promise<boolean> {
    return this.call("isOwned") as Promise<boolean>;
  }

  /** Makes a lock usable again whose owner was lost while it held it; whether it was. */
  recover(): Promise<boolean> {
    return this.call("recover") as Promise<boolean>;
  }
}

/**
 * A semaphore in a manager's server. Python: `SyncManager.Semaphore()`, `BoundedSemaphore()`.
 */
export class SemaphoreProxy extends AcquirableProxy {
  /** Free permits. */
  value(): Promise<number> {
    return this.call("value") as Promise<number>;
  }
}

/**
 * A flag in a manager's server. Python: `SyncManager.Event()`.
 */
export class EventProxy extends BaseProxy {
  /** Whether it is set. */
  isSet(): Promise<boolean> {
    return this.call("isSet") as Promise<boolean>;
  }

  /** Sets it and wakes all who wait. */
  set(): Promise<void> {
    return this.call("set") as Promise<void>;
  }

  /** Takes it back. */
  clear(): Promise<void> {
    return this.call("clear") as Promise<void>;
  }

  /** Waits until it is set: whether it was within `timeout` milliseconds. */
  wait({ timeout, signal }: WaitOptions = {}): Promise<boolean> {
    return this.call("wait", [timeout], { signal }) as Promise<boolean>;
  }
}

/**
 * A condition in a manager's server, with an `RLock` of its own. Python: `SyncManager.Condition()`.
 */
export class ConditionProxy extends AcquirableProxy {
  /** Wakes those that wait longest, at most `count`. Rejects with `ERR_NOT_OWNER` where the lock is not held. */
  notify(count?: number): Promise<void> {
    return this.call("notify", [count]) as Promise<void>;
  }

  /** Wakes all. Rejects with `ERR_NOT_OWNER` where the lock is not held. */
  notifyAll(): Promise<void> {
    return this.call("notifyAll") as Promise<void>;
  }

  /** Makes a lock usable again whose owner was lost while it held it; whether it was. */
  recover(): Promise<boolean> {
    return this.call("recover") as Promise<boolean>;
  }

  /**
   * Releases the lock, waits to be notified and takes the lock again: whether it was within `timeout` milliseconds.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_OWNER` where the lock is not held
   */
  wait({ timeout, signal }: WaitOptions = {}): Promise<boolean> {
    return this.call("wait", [timeout], { signal }) as Promise<boolean>;
  }

  /** Waits until `predicate` gives something true, and gives that; after `timeout` milliseconds what it gives then. */
  async waitFor<T>(predicate: () => T | Promise<T>, { timeout = Infinity, signal }: WaitOptions = {}): Promise<T> {
    const deadline = performance.now() + timeout;
    let result = await predicate();
    while (!result) {
      const left = deadline - performance.now();
      if (left <= 0) return result;
      await this.wait({ timeout: left, signal });
      result = await predicate();
    }
    return result;
  }
}

/**
 * A barrier in a manager's server. Python: `SyncManager.Barrier()`.
 */
export class BarrierProxy extends BaseProxy {
  /** Breaks it: all who wait are turned away. */
  abort(): Promise<void> {
    return this.call("abort") as Promise<void>;
  }

  /** Makes it whole again; those who wait are turned away. */
  reset(): Promise<void> {
    return this.call("reset") as Promise<void>;
  }

  /** How many it is for. */
  parties(): Promise<number> {
    return this.call("parties") as Promise<number>;
  }

  /** How many wait. */
  nWaiting(): Promise<number> {
    return this.call("nWaiting") as Promise<number>;
  }

  /** Whether it is broken. */
  broken(): Promise<boolean> {
    return this.call("broken") as Promise<boolean>;
  }

  /**
   * Waits for all parties. Resolves with the number of this one; the last to come is 0.
   *
   * @throws {BrokenBarrierError} if it is broken, or breaks, or the time limit (milliseconds) ends first, which breaks it
   */
  wait({ timeout, signal }: WaitOptions = {}): Promise<number> {
    return this.call("wait", [timeout], { signal }) as Promise<number>;
  }
}

registerProxy("Lock", LockProxy);
registerProxy("RLock", RLockProxy);
registerProxy("Semaphore", SemaphoreProxy);
registerProxy("BoundedSemaphore", SemaphoreProxy);
registerProxy("Event", EventProxy);
registerProxy("Condition", ConditionProxy);
registerProxy("Barrier", BarrierProxy);
