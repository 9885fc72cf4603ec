import type { Slot } from "./slot.ts";

/**
 * The slots of one run, handed out in the order of asking. Asking in the order of the text is what keeps the run free
 * of deadlock: the chunk whose turn it is to be written always has its slot already.
 */
export class SlotPool {
  readonly slots: readonly Slot[];
  readonly #free: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];

  constructor(slots: readonly Slot[]) {
    this.slots = slots;
    this.#free = [...slots];
  }

  /** Whether no slot is in use. */
  get idle(): boolean {
    return this.#free.length === this.slots.length;
  }

  acquire(): Promise<Slot> {
    const slot = this.#free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(slot);
    else this.#free.push(slot);
  }
}
