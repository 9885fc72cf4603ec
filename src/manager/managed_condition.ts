import { deadlineOf } from "../core/deadline.ts";
import { ManyhandsError } from "../core/errors.ts";
import { Call, currentCall } from "./call.ts";
import type { ManagedLock } from "./managed_lock.ts";
import { WaitList } from "./wait_list.ts";

/** A condition that a server keeps for its clients, over a lock there. */
export class ManagedCondition {
  readonly #lock: ManagedLock;
  readonly #waiting: WaitList = new WaitList();

  /** Makes it over a lock. */
  constructor(lock: ManagedLock) {
    this.#lock = lock;
  }

  /** Whether the lock was acquired in time. */
  acquire(timeout?: number): Promise<boolean> {
    return this.#lock.acquire(timeout);
  }

  /** Releases the lock. */
  release(): void {
    this.#lock.release();
  }

  /** Makes the lock usable again after its owner was lost; whether it was. */
  recover(): boolean {
    return this.#lock.recover();
  }

  /** Releases the lock, waits to be notified and takes the lock again; whether it was in time. */
  async wait(timeout?: number): Promise<boolean> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    this.#assertOwned("wait for");
    const depth = this.#lock.freeAll();
    let wasNotified = false;
    try {
      wasNotified = await this.#waiting.wait(call, deadline);
      return wasNotified;
    } finally {
      // A caller that is lost takes no lock any more, and one that gave up holds it as before.
      if (!call.caller.isLost) await this.#lock.takeAgain(new Call(call.caller), depth);
      else if (wasNotified) this.#waiting.wake();
    }
  }

  /** Wakes those that wait longest, at most `count`. */
  notify(count: number = 1): void {
    this.#assertOwned("notify");
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new RangeError(`Waiters to notify must be a whole number from 1 on, got ${String(count)}`);
    }
    this.#waiting.wake(count);
  }

  /** Wakes all. */
  notifyAll(): void {
    this.#assertOwned("notify");
    this.#waiting.wakeAll();
  }

  #assertOwned(verb: string): void {
    if (this.#lock.isOwnedBy(currentCall().caller)) return;
    throw new ManyhandsError("ERR_NOT_OWNER", `Cannot ${verb} a Condition whose lock is not held`);
  }
}
