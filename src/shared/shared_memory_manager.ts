import { ManyhandsError } from "../core/errors.ts";
import type { ShareableItem } from "./list_slot.ts";
import { ShareableList } from "./shareable_list.ts";
import { SharedMemory } from "./shared_memory.ts";

/**
 * Makes segments and lists that end together with it, whoever has attached to them: after `shutdown` nobody finds them any
 * more. Python: `multiprocessing.managers.SharedMemoryManager`; there it is a process, here nothing but the list of them.
 *
 * @example
 * ```ts
 * import { SharedMemoryManager } from "@manyhands/manyhands";
 *
 * using manager = new SharedMemoryManager().start();
 * const list = manager.ShareableList([1, 2, 3]);
 * console.log(list.toArray()); // [ 1, 2, 3 ]
 * ```
 */
export class SharedMemoryManager {
  #segments: SharedMemory[] | undefined;
  #isShutDown = false;

  /**
   * Begins to take orders.
   *
   * @throws {ManyhandsError} with code `ERR_STARTED` if it was started before.
   */
  start(): this {
    if (this.#segments !== undefined || this.#isShutDown) {
      throw new ManyhandsError("ERR_STARTED", "Cannot start a SharedMemoryManager twice");
    }
    this.#segments = [];
    return this;
  }

  /**
   * Makes a segment of `size` bytes under a new name.
   *
   * @throws {RangeError} if the size is no whole number of bytes from 1 on.
   * @throws {ManyhandsError} with code `ERR_NOT_STARTED` before `start` and after `shutdown`. Python: ValueError.
   */
  SharedMemory(size: number): SharedMemory {
    const segments = this.#started();
    const memory = new SharedMemory({ create: true, size });
    segments.push(memory);
    return memory;
  }

  /**
   * Makes a list of the items of `sequence` under a new name.
   *
   * @throws {TypeError} if an item is of no kind that a list can hold.
   * @throws {ManyhandsError} with code `ERR_NOT_STARTED` before `start` and after `shutdown`. Python: ValueError.
   */
  ShareableList(sequence: Iterable<ShareableItem>): ShareableList {
    const segments = this.#started();
    const list = new ShareableList(sequence);
    segments.push(list.shm);
    return list;
  }

  /** Unlinks and closes all that it made. A second call does nothing. */
  shutdown(): void {
    for (const segment of this.#segments ?? []) segment[Symbol.dispose]();
    this.#segments = undefined;
    this.#isShutDown = true;
  }

  /** `shutdown`, for `using`. */
  [Symbol.dispose](): void {
    this.shutdown();
  }

  #started(): SharedMemory[] {
    if (this.#segments !== undefined) return this.#segments;
    const state = this.#isShutDown ? "was shut down" : "is not started";
    throw new ManyhandsError("ERR_NOT_STARTED", `The SharedMemoryManager ${state}`);
  }
}
