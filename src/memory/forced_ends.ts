/** A thread that this one has told to end by force. */
export class ForcedEnd {
  readonly #due: number;
  readonly #bury: () => void;

  /** `bury` gives to others what the thread held; from `ms` milliseconds on that is safe. */
  constructor(bury: () => void, ms: number) {
    this.#due = performance.now() + ms;
    this.#bury = bury;
    pending.add(this);
  }

  /** The thread is gone, or was buried. */
  settle(): void {
    pending.delete(this);
  }

  /** Buries the thread if it is time. */
  bury(): void {
    if (!pending.has(this) || performance.now() < this.#due) return;
    this.settle();
    this.#bury();
  }
}

const pending: Set<ForcedEnd> = new Set();

/**
 * Buries the threads whose time is over. For whoever blocks this thread: what it waits for may be held by a thread that
 * this one has ended, and the event that tells of that end cannot come meanwhile.
 */
export function buryOverdue(): void {
  for (const end of pending) end.bury();
}
