/** What a guard gives back. */
export interface Releasable {
  /** Gives it back. */
  release(): void;
}

/** Something acquired, given back once by `release` or at the end of the scope of a `using`. */
export class Guard {
  #held: Releasable | undefined;

  /** Guards `held`, which the caller has acquired. */
  constructor(held: Releasable) {
    this.#held = held;
  }

  /** Gives back what was acquired. A second call does nothing. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
  }

  /** `release`, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }
}
