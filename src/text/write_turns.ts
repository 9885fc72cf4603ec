/** A text's turn to write to an output that it shares with others. */
export interface WriteTurn {
  /** Resolves when the turn has come; the same promise however often it is asked. */
  ready(): Promise<void>;
  /** Gives the turn to the next; also where it was never asked for. */
  end(): void;
}

/** Turns to write whole texts, one after another, to one output: in the order of the texts or as they become ready. */
export class WriteTurns {
  readonly #ordered: boolean;
  #last: Promise<void> = Promise.resolve();

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** The turn of the next text. */
  next(): WriteTurn {
    let place = this.#ordered ? this.#queue() : undefined;
    return {
      ready: () => (place ??= this.#queue()).ready,
      end: () => place?.end(),
    };
  }

  #queue(): { ready: Promise<void>; end: () => void } {
    const ready = this.#last;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => end = resolve);
    this.#last = ready.then(() => ended);
    return { ready, end };
  }
}
