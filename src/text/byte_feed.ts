/**
 * The bytes of an async iterable, taken in any amounts; what was taken too much can be given back. Its pieces need to be
 * good only until the next one is asked for.
 */
export class ByteFeed {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** Bytes taken from the iterator and not handed out, in order. */
  #held: Uint8Array[] = [];
  #ended = false;
  /** Rejects the wait for the iterator, if there is one. */
  #interrupt: ((reason: unknown) => void) | undefined;
  #cancelled: { readonly reason: unknown; readonly left: Promise<void> } | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Whether nothing comes after what is held. */
  get ended(): boolean {
    return this.#ended && this.#held.length === 0;
  }

  /**
   * Fills `target` from `from` on; returns the end of what is filled. That is short of the full length only at the end
   * of the source, or where `enough(end)` agrees to go on with less.
   */
  async fill(target: () => Uint8Array, from: number, enough: (end: number) => boolean): Promise<number> {
    let end = from;
    for (;;) {
      end = this.#drain(target(), end);
      if (end === target().length || this.#ended) return end;
      if (end > from && enough(end)) return end;
      await this.#pull();
    }
  }

  /** Leaves out the next `count` bytes; resolves with how many there were, which are fewer only at the end. */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count) {
      const piece = this.#held.shift();
      if (piece === undefined) {
        if (this.#ended) break;
        await this.#pull();
        continue;
      }
      this.giveBack(piece.subarray(count - skipped));
      skipped += Math.min(piece.length, count - skipped);
    }
    return skipped;
  }

  /** Puts bytes back before all others; they must not change afterwards. */
  giveBack(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#held.unshift(bytes);
  }

  /** The held bytes from piece number `index` on, taking one more piece if it is not there; undefined at the end. */
  async peek(index: number): Promise<Uint8Array | undefined> {
    while (this.#held.length <= index && !this.#ended) await this.#pull();
    return this.#held[index];
  }

  /**
   * Makes every wait for the source reject with `reason`, and tells the source that no more is wanted. Resolves when the
   * source has taken note, which one of the user's need not ever do.
   */
  cancel(reason: unknown): Promise<void> {
    if (this.#ended) return Promise.resolve();
    if (this.#cancelled === undefined) {
      this.#interrupt?.(reason);
      const left = this.#iterator.return?.().then(() => {}, () => {}) ?? Promise.resolve();
      this.#cancelled = { reason, left };
    }
    return this.#cancelled.left;
  }

  #drain(target: Uint8Array, from: number): number {
    let end = from;
    let used = 0;
    for (const piece of this.#held) {
      const count = Math.min(piece.length, target.length - end);
      target.set(piece.subarray(0, count), end);
      end += count;
      if (count < piece.length) {
        this.#held[used] = piece.subarray(count);
        break;
      }
      used++;
    }
    this.#held = this.#held.slice(used);
    return end;
  }

  async #pull(): Promise<void> {
    // From here on the source may use the memory of its last piece again.
    const last = this.#held.length - 1;
    if (last >= 0) this.#held[last] = this.#held[last]!.slice();
    const next = this.#iterator.next();
    const { done, value } = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      this.#interrupt = reject;
      if (this.#cancelled !== undefined) reject(this.#cancelled.reason);
      next.then(resolve, reject);
    });
    this.#interrupt = undefined;
    if (done) {
      this.#ended = true;
    } else if (value instanceof Uint8Array) {
      if (value.length > 0) this.#held.push(value);
    } else {
      throw new TypeError(`Cannot read the input stream: expected pieces of type Uint8Array, found ${typeof value}`);
    }
  }
}
