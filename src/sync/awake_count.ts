import { runtime } from "../runtime/current.ts";

/** A count in shared memory of the threads of a group that are awake. */
export class AwakeCount {
  readonly #words: Int32Array;
  readonly #index: number;
  #cores: number | undefined;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** Whether there are more cores than these threads: else who spins holds up the one that it waits for. */
  leavesCores(): boolean {
    this.#cores ??= runtime.cores();
    return Atomics.load(this.#words, this.#index) < this.#cores;
  }

  enter(): void {
    Atomics.add(this.#words, this.#index, 1);
  }

  leave(): void {
    Atomics.sub(this.#words, this.#index, 1);
  }
}
