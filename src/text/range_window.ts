/** Ranges of one text that are begun and not recorded. */
interface TextRanges {
  begun: number;
  /** Of those, from the first on, the ones whose output is written. */
  done: number;
  recorded: number;
}

/**
 * Bounds the ranges that are begun and not recorded: these are what is done again after a run that was killed. Texts are
 * told apart by any key.
 */
export class RangeWindow {
  readonly #size: number;
  readonly #onDue: () => void;
  readonly #texts: Map<string, TextRanges> = new Map();
  readonly #waiting: (() => void)[] = [];
  /** Texts that may still enter, of which nothing more will be recorded. */
  readonly #over: Set<string> = new Set();
  #begun = 0;
  #done = 0;
  #isOpen = false;

  /** @param onDue told when a record is due, so that ranges can go on to begin */
  constructor(size: number, onDue: () => void) {
    this.#size = size;
    this.#onDue = onDue;
  }

  /** Whether a record is due: half of the ranges wait for one, or one that is to begin does. */
  get isDue(): boolean {
    return this.#done > 0 && (this.#waiting.length > 0 || 2 * this.#done >= this.#size);
  }

  /** Resolves when another range of a text may begin. */
  async enter(key: string): Promise<void> {
    while (!this.#isOpen && !this.#over.has(key) && this.#begun >= this.#size) {
      const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#tell();
      await turn;
    }
    if (this.#isOpen || this.#over.has(key)) return;
    this.#begun++;
    this.#rangesOf(key).begun++;
  }

  /**
   * Tells that the first `count` ranges of a text are written, of those begun since it was begun or restarted; returns
   * what is to be called when that is recorded.
   */
  done(key: string, count: number): () => void {
    if (this.#isOpen || this.#over.has(key)) return () => {};
    const ranges = this.#rangesOf(key);
    this.#done += count - ranges.done;
    ranges.done = count;
    return () => this.#record(key, ranges, count);
  }

  /** Ends the count of a text that failed; it may still enter. */
  leave(key: string): void {
    this.#over.add(key);
    this.#end(key);
  }

  /** Ends the count of a text that will not enter any more: it is recorded as a whole, or given up. */
  forget(key: string): void {
    this.#over.delete(key);
    this.#end(key);
  }

  /** Begins the count of a text, anew where there was one. */
  restart(key: string): void {
    this.forget(key);
  }

  /** Ends all counts: nothing is recorded any more. */
  open(): void {
    this.#isOpen = true;
    this.#done = 0;
    for (const begin of this.#waiting.splice(0)) begin();
  }

  #end(key: string): void {
    const ranges = this.#texts.get(key);
    if (ranges === undefined) return;
    this.#texts.delete(key);
    this.#done -= ranges.done - ranges.recorded;
    this.#release(ranges.begun - ranges.recorded);
  }

  #rangesOf(key: string): TextRanges {
    let ranges = this.#texts.get(key);
    if (ranges === undefined) this.#texts.set(key, ranges = { begun: 0, done: 0, recorded: 0 });
    return ranges;
  }

  #record(key: string, ranges: TextRanges, count: number): void {
    if (this.#isOpen || this.#texts.get(key) !== ranges || count <= ranges.recorded) return;
    const fresh = count - ranges.recorded;
    ranges.recorded = count;
    this.#done -= fresh;
    this.#release(fresh);
  }

  #release(count: number): void {
    this.#begun -= count;
    for (const begin of this.#waiting.splice(0)) begin();
    this.#tell();
  }

  #tell(): void {
    if (this.isDue) this.#onDue();
  }
}
