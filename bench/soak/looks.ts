import type { Usage } from "./usage.ts";

/** One look: when, in minutes, and what it found. */
export interface Look {
  readonly at: number;
  readonly usage: Usage;
}

/** The looks of a run, in room that is there from the start, so that looking does not add to what it looks at. */
export class Looks {
  readonly #names: readonly (keyof Usage)[];
  readonly #values: Float64Array;
  #count = 0;

  /** Room for `most` looks, of the figures that `first` has; later ones take the place of the last. */
  constructor(most: number, first: Usage) {
    this.#names = Object.keys(first) as (keyof Usage)[];
    this.#values = new Float64Array(most * (this.#names.length + 1)).fill(-1);
  }

  add(at: number, usage: Usage): void {
    const width = this.#names.length + 1;
    const place = Math.min(this.#count, this.#values.length / width - 1) * width;
    this.#values[place] = at;
    this.#names.forEach((name, i) => this.#values[place + 1 + i] = usage[name]);
    this.#count = place / width + 1;
  }

  toArray(): Look[] {
    const width = this.#names.length + 1;
    return Array.from({ length: this.#count }, (_, n) => {
      const [at, ...values] = this.#values.subarray(n * width, (n + 1) * width);
      return {
        at: at!,
        usage: Object.fromEntries(this.#names.map((name, i) => [name, values[i]])) as unknown as Usage,
      };
    });
  }
}
