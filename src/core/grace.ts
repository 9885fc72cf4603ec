import { settlesWithin } from "./deadline.ts";

/** The time in which those who were told to end may do so by themselves. */
export class Grace {
  readonly #milliseconds: number;
  readonly #end: number;
  #begun: number = performance.now();

  /** Begins anew whenever one of them has ended, but takes no more than `most` milliseconds in all. */
  constructor(milliseconds: number, most: number = milliseconds) {
    this.#milliseconds = milliseconds;
    this.#end = this.#begun + most;
  }

  /** Milliseconds that are left of it. */
  get left(): number {
    return Math.min(this.#begun + this.#milliseconds, this.#end) - performance.now();
  }

  /** Waits until one of them has ended, at most until the grace is over: whether it ended. */
  async covers(ended: Promise<unknown>): Promise<boolean> {
    while (this.left > 0) {
      if (!await settlesWithin(ended, this.left)) continue;
      this.#begun = performance.now();
      return true;
    }
    return false;
  }
}
