/** Tells the time since its creation, as the notebook's `%%time` does. */
export class Stopwatch {
  readonly #start: number = performance.now();

  /** Seconds since the start, such as `"3.01 s"`. */
  toString(): string {
    return `${((performance.now() - this.#start) / 1000).toFixed(2)} s`;
  }
}
