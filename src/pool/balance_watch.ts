import { unref } from "./unref.ts";

/** Milliseconds after which tasks move from behind a slow one to a worker that has none. */
const REBALANCE_MS = 1;
/** The same, where there was nothing that could move. */
const LONGEST_REBALANCE_MS = 64;

/** Where one worker has nothing to do and another too much, looks again a moment later and then has tasks moved. */
export class BalanceWatch {
  readonly #isUneven: () => boolean;
  readonly #move: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `move` tells whether it moved any task. */
  constructor(isUneven: () => boolean, move: () => boolean) {
    this.#isUneven = isUneven;
    this.#move = move;
  }

  /** Looks whether that is so now. */
  look(delay: number = REBALANCE_MS): void {
    if (this.#timer !== undefined || !this.#isUneven()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look(this.#move() ? REBALANCE_MS : Math.min(delay * 2, LONGEST_REBALANCE_MS));
    }, delay);
    unref(this.#timer);
  }
}
