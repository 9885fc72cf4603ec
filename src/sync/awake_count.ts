/** A count in shared memory of the threads of a group that are awake. */
export class AwakeCount {
  readonly #words: Int32Array;
  readonly #index: number;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  count(): number {
    return Atomics.load(this.#words, this.#index);
  }

  enter(): void {
    Atomics.add(this.#words, this.#index, 1);
  }

  leave(): void {
    Atomics.sub(this.#words, this.#index, 1);
  }
}
