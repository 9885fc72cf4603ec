const BYTES_OF_NUMBER = 8;

/** Keeps what nobody needs, for a run that is to show that it would be noticed. */
export class Leak {
  readonly #bytesPerCall: number;
  readonly #kept: number[][] = [];

  constructor(bytesPerCall: number) {
    this.#bytesPerCall = bytesPerCall;
  }

  /** Keeps its bytes for each of so many calls in all. */
  grow(calls: number): void {
    const length = Math.ceil(this.#bytesPerCall / BYTES_OF_NUMBER);
    while (length > 0 && this.#kept.length < calls) this.#kept.push(Array.from({ length }, (_, i) => i + 0.5));
  }
}
