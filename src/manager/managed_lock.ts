import { deadlineOf } from "../core/deadline.ts";
import { ManyhandsError, OwnerDiedError } from "../core/errors.ts";
import { type Call, type Caller, currentCall } from "./call.ts";
import { WaitList } from "./wait_list.ts";

/** A lock that a server keeps for its clients. Its owner may take it several times where it is reentrant. */
export class ManagedLock {
  readonly #isReentrant: boolean;
  readonly #waiting: WaitList = new WaitList();
  #owner: Caller | undefined;
  #depth = 0;
  #isPoisoned = false;
  #unlisten: () => void = () => {};

  /** Makes a free lock. */
  constructor(isReentrant: boolean) {
    this.#isReentrant = isReentrant;
  }

  /** Whether it was acquired in time. */
  acquire(timeout?: number): Promise<boolean> {
    return this.acquireFor(currentCall(), timeout);
  }

  /** `acquire` for a call of which this is a part. */
  async acquireFor(call: Call, timeout?: number): Promise<boolean> {
    const deadline = deadlineOf(timeout);
    while (!this.#take(call.caller)) if (!await this.#waiting.wait(call, deadline)) return false;
    return true;
  }

  /** Takes one `acquire` back. */
  release(): void {
    const { caller } = currentCall();
    if (this.#isReentrant && this.#owner !== caller) {
      throw new ManyhandsError("ERR_NOT_OWNER", "Cannot release an RLock that this process does not hold");
    }
    if (this.#owner === undefined) throw new ManyhandsError("ERR_NOT_HELD", "Cannot release a Lock that nobody holds");
    if (--this.#depth === 0) this.#free();
  }

  /** Whether somebody holds it. */
  locked(): boolean {
    return this.#owner !== undefined;
  }

  /** Whether the caller holds it. */
  isOwned(): boolean {
    return this.isOwnedBy(currentCall().caller);
  }

  /** Whether `caller` holds it; of a lock that is not reentrant, whether anybody does. */
  isOwnedBy(caller: Caller): boolean {
    return this.#isReentrant ? this.#owner === caller : this.#owner !== undefined;
  }

  /** Makes it usable again after its owner was lost; whether it was. */
  recover(): boolean {
    const wasPoisoned = this.#isPoisoned;
    this.#isPoisoned = false;
    return wasPoisoned;
  }

  /** Frees it however often it was taken; returns that number, for `takeAgain`. */
  freeAll(): number {
    const depth = this.#depth;
    this.#depth = 0;
    this.#free();
    return depth;
  }

  /** Waits for it and takes it as often as before `freeAll`. */
  async takeAgain(call: Call, depth: number): Promise<void> {
    await this.acquireFor(call);
    this.#depth = depth;
  }

  #take(caller: Caller): boolean {
    if (this.#isPoisoned) {
      throw new OwnerDiedError("The process that held the lock ended without releasing it: see recover()");
    }
    if (this.#owner !== undefined && !(this.#isReentrant && this.#owner === caller)) return false;
    if (this.#owner === undefined) {
      this.#owner = caller;
      this.#unlisten = caller.onLost(() => {
        this.#isPoisoned = true;
        this.#depth = 0;
        this.#free();
        this.#waiting.wakeAll();
      });
    }
    this.#depth++;
    return true;
  }

  #free(): void {
    this.#unlisten();
    this.#owner = undefined;
    this.#waiting.wake();
  }
}
