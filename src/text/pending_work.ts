/** Work that goes on by itself, of which there may be so much and no more. */
export class PendingWork {
  readonly #limit: number;
  readonly #pending: Set<Promise<void>> = new Set();
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds work, which must not reject but by a fault of this program's own. */
  add(work: Promise<void>): Promise<void> {
    const done: Promise<void> = work.finally(() => {
      this.#pending.delete(done);
      this.#wake?.();
    });
    this.#pending.add(done);
    return done;
  }

  /** Resolves when there may be more; for one caller at a time. */
  async room(): Promise<void> {
    while (this.#pending.size >= this.#limit) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  /** Resolves when all is done. */
  async all(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
