import { ManyhandsError } from "../core/errors.ts";
import { decodeWired, encodeWired } from "../core/wire.ts";
import { allocateZeroed, free } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { lockOwner } from "../memory/lock_owner.ts";
import { isOwnerDead, isOwnerGone } from "../memory/owner_deaths.ts";
import { Lock } from "./lock.ts";
import { RLock } from "./rlock.ts";
import { registerSynchroniser, Synchroniser } from "./synchroniser.ts";
import { waitAsync, type WaitOptions, waitSync } from "./word_wait.ts";

/** Words of a condition: the oldest and the newest waiter, as byte offsets, 0 for none. */
const FIRST = 0;
const LAST = 1;

/** Words of a waiter: how it stands, the waiter after it, and the number of its owner. */
const STATE = 0;
const NEXT = 1;
const OWNER = 2;
const WAITER_BYTES = 12;

const WAITING = 0;
const NOTIFIED = 1;
/** It gave up without the lock; who comes by its place in the list frees it. */
const GONE = 2;

/**
 * Lets processes wait, with a lock, until another one changes what the lock guards. Python: `multiprocessing.Condition`.
 * The lock is a {@linkcode Lock} unless one is given: an {@linkcode RLock}, which Python takes, counts all functions that
 * run in one process as one owner.
 *
 * Its state is a list of waiters in the order in which they came, and only who holds the lock touches it. `wait` adds a
 * waiter, releases the lock and sleeps on the waiter's own word; `notify` takes waiters off the list, sets their words and
 * wakes them. A waiter whose time is over acquires the lock before it takes itself off, and finds there whether it was
 * notified after all. So a notification goes to one that waited before it, and never to one that gave up.
 *
 * @example
 * ```ts
 * import { Condition } from "@manyhands/manyhands";
 *
 * const condition = new Condition();
 * let isReady = false;
 * setTimeout(async () => {
 *   const guard = await condition.acquire();
 *   isReady = true;
 *   condition.notifyAll();
 *   guard.release();
 * }, 10);
 * const guard = await condition.acquire();
 * console.log(await condition.waitFor(() => isReady)); // true
 * guard.release();
 * ```
 */
export class Condition extends Synchroniser {
  /** The lock that goes with it. */
  readonly lock: Lock | RLock;
  /** Acquires the lock: its `acquire`. */
  readonly acquire: Lock["acquire"];
  /** Acquires the lock and blocks the thread: its `acquireSync`. */
  readonly acquireSync: Lock["acquireSync"];

  /**
   * Makes a condition without waiters.
   *
   * @throws {TypeError} if `lock` is neither a `Lock` nor an `RLock`.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(lock?: Lock | RLock) {
    if (lock !== undefined && !(lock instanceof Lock) && !(lock instanceof RLock)) {
      throw new TypeError(`Lock of a Condition must be a Lock or an RLock, got ${String(lock)}`);
    }
    super();
    this.lock = lock ?? new Lock();
    this.acquire = this.lock.acquire.bind(this.lock) as Lock["acquire"];
    this.acquireSync = this.lock.acquireSync.bind(this.lock) as Lock["acquireSync"];
  }

  /** Releases the lock. */
  release(): void {
    this.lock.release();
  }

  /**
   * Releases the lock, waits for a notification, and acquires the lock again, which the caller holds in any case but the
   * last error below: true if it was notified, false where the `timeout` (milliseconds) ended first.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_OWNER` if the lock is not held. Python: AssertionError.
   * @throws {RangeError} if the timeout is no number.
   * @throws The signal's reason, once the lock is held again.
   * @throws {OwnerDiedError} if another process ended while it held the lock: the lock is not held then.
   */
  async wait(options?: WaitOptions): Promise<boolean> {
    options?.signal?.throwIfAborted();
    const waiter = this.#enlist();
    const depth = this.#releaseAll();
    let failure: { readonly reason: unknown } | undefined;
    try {
      await waitAsync(waiter, STATE, () => lookAt(waiter), options);
    } catch (reason) {
      failure = { reason };
    }
    try {
      for (let level = 0; level < depth; level++) await this.lock.acquire();
    } catch (reason) {
      desert(waiter);
      throw reason;
    }
    return this.#end(waiter, failure);
  }

  /**
   * As `wait`, but blocks the thread; meant for workers.
   *
   * @throws {ManyhandsError} with code `ERR_STOPPED` if the host stops this worker; the lock may not be held then.
   */
  waitSync(timeout?: number): boolean {
    const waiter = this.#enlist();
    const depth = this.#releaseAll();
    let failure: { readonly reason: unknown } | undefined;
    try {
      waitSync(waiter, STATE, () => lookAt(waiter), timeout);
    } catch (reason) {
      failure = { reason };
    }
    try {
      for (let level = 0; level < depth; level++) this.lock.acquireSync();
    } catch (reason) {
      desert(waiter);
      throw reason;
    }
    return this.#end(waiter, failure);
  }

  /**
   * Waits until `predicate`, which is called with the lock held, returns a true value; returns its last value, a false one
   * where the `timeout` (milliseconds) ended first. Python: `wait_for`.
   *
   * @throws As `wait`, and what `predicate` throws.
   */
  async waitFor<T>(predicate: () => T, { timeout = Infinity, signal }: WaitOptions = {}): Promise<T> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const value = predicate();
      const left = deadline - performance.now();
      if (value || left <= 0) return value;
      await this.wait({ timeout: left, signal });
    }
  }

  /** As `waitFor`, but blocks the thread; meant for workers. */
  waitForSync<T>(predicate: () => T, timeout: number = Infinity): T {
    const deadline = performance.now() + timeout;
    for (;;) {
      const value = predicate();
      const left = deadline - performance.now();
      if (value || left <= 0) return value;
      this.waitSync(left);
    }
  }

  /**
   * Wakes `count` of those that wait, or all if they are fewer, those first that have waited longest.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_OWNER` if the lock is not held. Python: AssertionError.
   * @throws {RangeError} if `count` is no whole number from 1 on.
   */
  notify(count: number = 1): void {
    if (!(Number.isInteger(count) && count >= 1) && count !== Infinity) {
      throw new RangeError(`Number of waiters to notify must be a whole number from 1 on, got ${count}`);
    }
    this.#checkOwned("notify");
    const { words } = this;
    let left = count;
    while (left > 0 && words[FIRST] !== 0) {
      const waiter = waiterAt(words[FIRST]!);
      words[FIRST] = waiter[NEXT]!;
      const isDead = isOwnerDead(waiter[OWNER]!);
      // One that was given up may still sleep on its word: it frees that itself.
      const isLast = isDead && isOwnerGone(waiter[OWNER]!) || !settle(waiter, isDead ? GONE : NOTIFIED);
      if (isLast) free(waiter.byteOffset);
      else if (!isDead) left--;
    }
    if (words[FIRST] === 0) words[LAST] = 0;
  }

  /**
   * Wakes all that wait. Python: `notify_all`.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_OWNER` if the lock is not held. Python: AssertionError.
   */
  notifyAll(): void {
    this.notify(Infinity);
  }

  /** Its lock. */
  protected override describe(): string {
    return String(this.lock);
  }

  #checkOwned(what: string): void {
    if (this.lock instanceof RLock ? this.lock.isOwned() : this.lock.locked()) return;
    throw new ManyhandsError("ERR_NOT_OWNER", `Cannot ${what} with a Condition whose lock is not held`);
  }

  #enlist(): Int32Array {
    this.#checkOwned("wait");
    const { words } = this;
    const offset = allocateZeroed(WAITER_BYTES) | 0;
    const waiter = waiterAt(offset);
    waiter[OWNER] = lockOwner();
    if (words[FIRST] === 0) words[FIRST] = offset;
    else waiterAt(words[LAST]!)[NEXT] = offset;
    words[LAST] = offset;
    return waiter;
  }

  /** Ends a waiter, with the lock held; whether it was notified. Throws what its wait failed with. */
  #end(waiter: Int32Array, failure: { readonly reason: unknown } | undefined): boolean {
    const isNotified = Atomics.load(waiter, STATE) === NOTIFIED;
    if (!isNotified) this.#takeOff(waiter.byteOffset | 0);
    free(waiter.byteOffset);
    if (failure !== undefined) throw failure.reason;
    return isNotified;
  }

  #takeOff(offset: number): void {
    const { words } = this;
    let before = 0;
    for (let at = words[FIRST]!; at !== offset; at = waiterAt(at)[NEXT]!) before = at;
    const next = waiterAt(offset)[NEXT]!;
    if (before === 0) words[FIRST] = next;
    else waiterAt(before)[NEXT] = next;
    if (next === 0) words[LAST] = before;
  }

  #releaseAll(): number {
    if (!(this.lock instanceof RLock)) {
      this.lock.release();
      return 1;
    }
    let depth = 0;
    for (; this.lock.isOwned(); depth++) this.lock.release();
    return depth;
  }

  static {
    registerSynchroniser(
      "Condition",
      Condition,
      ({ lock }) => encodeWired(lock),
      (form, attach) => {
        const lock = decodeWired(form) as Lock | RLock;
        return attach(() => new Condition(lock));
      },
    );
  }
}

function lookAt(waiter: Int32Array): number | undefined {
  return Atomics.load(waiter, STATE) === WAITING ? WAITING : undefined;
}

/** Ends the waiting of a waiter, once; false where it has ended. The waiter's memory is its own again from then on. */
function settle(waiter: Int32Array, state: number): boolean {
  if (Atomics.compareExchange(waiter, STATE, WAITING, state) !== WAITING) return false;
  Atomics.notify(waiter, STATE);
  return true;
}

/** Gives a waiter up whose thread does not hold the lock and so may not touch the list. */
function desert(waiter: Int32Array): void {
  if (!settle(waiter, GONE)) free(waiter.byteOffset);
}

/** The words of the waiter at a byte offset, which a signed word may hold as a negative number. */
function waiterAt(byteOffset: number): Int32Array {
  return typedView(Int32Array, byteOffset >>> 0, WAITER_BYTES / 4);
}
