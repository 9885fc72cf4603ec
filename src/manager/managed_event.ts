import { deadlineOf } from "../core/deadline.ts";
import { currentCall } from "./call.ts";
import { WaitList } from "./wait_list.ts";

/** A flag that a server keeps for its clients. */
export class ManagedEvent {
  readonly #waiting: WaitList = new WaitList();
  #isSet = false;

  /** Whether it is set. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets it and wakes all who wait. */
  set(): void {
    this.#isSet = true;
    this.#waiting.wakeAll();
  }

  /** Takes it back. */
  clear(): void {
    this.#isSet = false;
  }

  /** Whether it was set in time. */
  async wait(timeout?: number): Promise<boolean> {
    return this.#isSet || await this.#waiting.wait(currentCall(), deadlineOf(timeout));
  }
}
