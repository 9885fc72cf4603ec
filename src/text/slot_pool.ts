import type { Slot } from "./slot.ts";

/**
 * The slots of one run, handed out in the order of asking. Asking in the order of the text is what keeps the run free
 * of deadlock: the chunk whose turn it is to be written always has its slot already.
 */
export class SlotPool<S extends Slot = Slot> {
  readonly slots: readonly S[];
  readonly #free: S[];
  readonly #waiting: ((slot: S) => void)[] = [];

  constructor(slots: readonly S[]) {
    this.slots = slots;
    this.#free = [...slots];
  }

  /** Whether no slot is in use. */
  get idle(): boolean {
    return this.#free.length === this.slots.length;
  }

  acquire(): Promise<S> {
    const slot = this.#free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(slot: S): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(slot);
    else this.#free.push(slot);
  }
}
