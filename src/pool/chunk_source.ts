/** Reads an input lazily, a chunk at a time. */
export class ChunkSource<T> {
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  readonly #isAsync: boolean;
  #isOpen = true;

  constructor(items: Iterable<T> | AsyncIterable<T>) {
    this.#isAsync = Symbol.asyncIterator in items;
    this.#iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  }

  /**
   * Up to `size` items; fewer only at the end of the input. Where the input throws, that is thrown, and the items of the
   * unfinished chunk are dropped with it, as in Python.
   */
  next(size: number): T[] | Promise<T[]> {
    const items: T[] = [];
    while (this.#isOpen && items.length < size) {
      let step: IteratorResult<T> | PromiseLike<IteratorResult<T>>;
      try {
        step = this.#iterator.next();
      } catch (error) {
        this.#isOpen = false;
        throw error;
      }
      if (this.#isAsync) return this.#nextLater(items, size, step as PromiseLike<IteratorResult<T>>);
      const { done, value } = step as IteratorResult<T>;
      if (done === true) this.#isOpen = false;
      else items.push(value);
    }
    return items;
  }

  async #nextLater(items: T[], size: number, first: PromiseLike<IteratorResult<T>>): Promise<T[]> {
    let step = first;
    try {
      for (;;) {
        const { done, value } = await step;
        if (done === true) this.#isOpen = false;
        else items.push(value);
        if (done === true || items.length >= size) return items;
        step = this.#iterator.next() as PromiseLike<IteratorResult<T>>;
      }
    } catch (error) {
      this.#isOpen = false;
      throw error;
    }
  }

  /** Tells the input that no more of it is wanted. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#iterator.return?.();
  }
}
