import { deadlineOf } from "../core/deadline.ts";
import { ManyhandsError, QueueEmptyError, QueueFullError, ShutDownError } from "../core/errors.ts";
import { currentCall } from "./call.ts";
import { WaitList } from "./wait_list.ts";

/** A queue that a server keeps for its clients, with the count of unfinished items of a `JoinableQueue`. */
export class ManagedQueue {
  readonly #room: number;
  readonly #getters: WaitList = new WaitList();
  readonly #putters: WaitList = new WaitList();
  readonly #joiners: WaitList = new WaitList();
  #items: unknown[] = [];
  #unfinished = 0;
  #isShutDown = false;

  /** Makes a queue with room for `maxsize` items; 0 or less is no limit. */
  constructor(maxsize: number = 0) {
    if (!Number.isInteger(maxsize)) {
      throw new RangeError(`Size of a queue must be a whole number, got ${String(maxsize)}`);
    }
    this.#room = maxsize > 0 ? maxsize : Infinity;
  }

  /** Adds an item once there is room. */
  async put(item: unknown, timeout?: number): Promise<void> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    for (;;) {
      if (this.#isShutDown) throw shutDown();
      if (this.#items.length < this.#room) break;
      if (!await this.#putters.wait(call, deadline)) throw new QueueFullError("The queue is full");
    }
    this.#items.push(item);
    this.#unfinished++;
    this.#getters.wake();
  }

  /** Takes the oldest item once there is one. */
  async get(timeout?: number): Promise<unknown> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    while (this.#items.length === 0) {
      if (this.#isShutDown) throw shutDown();
      if (!await this.#getters.wait(call, deadline)) throw new QueueEmptyError("The queue is empty");
    }
    const item = this.#items.shift();
    this.#putters.wake();
    return item;
  }

  /** Items in it. */
  qsize(): number {
    return this.#items.length;
  }

  /** Whether there are none. */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether there is no room. */
  full(): boolean {
    return this.#items.length >= this.#room;
  }

  /** Says that an item which was taken is done. */
  taskDone(): void {
    if (this.#unfinished === 0) {
      throw new ManyhandsError("ERR_TOO_MANY_DONE", "taskDone was called more often than items were put");
    }
    if (--this.#unfinished === 0) this.#joiners.wakeAll();
  }

  /** Whether all items were done in time. */
  async join(timeout?: number): Promise<boolean> {
    const call = currentCall();
    const deadline = deadlineOf(timeout);
    while (this.#unfinished > 0) if (!await this.#joiners.wait(call, deadline)) return false;
    return true;
  }

  /** Takes no more items, and where it is immediate drops those that are there. */
  shutdown(immediate: boolean = false): void {
    this.#isShutDown = true;
    if (immediate) {
      this.#unfinished -= this.#items.length;
      this.#items = [];
      if (this.#unfinished <= 0) this.#joiners.wakeAll();
    }
    this.#getters.wakeAll();
    this.#putters.wakeAll();
  }
}

function shutDown(): ShutDownError {
  return new ShutDownError("The queue is shut down");
}
