import { unref } from "./unref.ts";

/** Milliseconds after which tasks move from behind a slow one to a worker that has none. */
const REBALANCE_MS = 1;
/** The same, where there was nothing that could move. */
const LONGEST_REBALANCE_MS = 64;

/** Where one worker has nothing to do and another too much, looks again a moment later and then has tasks moved. */
export class BalanceWatch {
  readonly #begin: () => boolean;
  readonly #move: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delay = REBALANCE_MS;
  #due = 0;

  /** `begin` tells whether it is so, `move` whether to look again as soon. */
  constructor(begin: () => boolean, move: () => boolean) {
    this.#begin = begin;
    this.#move = move;
  }

  /** Looks whether that is so now, or moves where the moment is over: a program that is busy is late with its timers. */
  look(): void {
    if (this.#timer === undefined) this.#arm(REBALANCE_MS);
    else if (performance.now() >= this.#due) this.#end();
  }

  #arm(delay: number): void {
    if (!this.#begin()) return;
    this.#delay = delay;
    this.#due = performance.now() + delay;
    this.#timer = setTimeout(() => this.#end(), delay);
    unref(this.#timer);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#arm(this.#move() ? REBALANCE_MS : Math.min(this.#delay * 2, LONGEST_REBALANCE_MS));
  }
}
