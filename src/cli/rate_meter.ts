/** Milliseconds that the rate of now looks back. */
const WINDOW = 10_000;
/** Milliseconds between two marks. */
const STEP = 250;

interface Mark {
  readonly time: number;
  readonly text: number;
  readonly read: number;
}

/** Measures how fast a run is. Times are in milliseconds of one clock, amounts in bytes. */
export class RateMeter {
  readonly #began: Mark;
  #marks: Mark[];
  /** Bytes of the inputs that an earlier run had read. */
  #readBefore = 0;

  constructor(time: number) {
    this.#began = { time, text: 0, read: 0 };
    this.#marks = [this.#began];
  }

  /**
   * Notes that `text` bytes of text are done and `read` bytes of the inputs as they are stored.
   *
   * @param resumed what of that an earlier run had done
   */
  note(
    time: number,
    text: number,
    read: number,
    resumed: { readonly bytesIn: number; readonly bytesRead: number } = { bytesIn: 0, bytesRead: 0 },
  ): void {
    this.#readBefore = resumed.bytesRead;
    const last = this.#marks.at(-1)!;
    const beforeLast = this.#marks.at(-2);
    // Marks that come thick are one, so that their number stays small.
    if (beforeLast !== undefined && last.time - beforeLast.time < STEP) this.#marks.pop();
    this.#marks.push({ time, text: text - resumed.bytesIn, read: read - resumed.bytesRead });
    while (this.#marks.length > 2 && time - this.#marks[1]!.time >= WINDOW) this.#marks.shift();
  }

  /** Bytes of text a second, of late. */
  now(time: number): number {
    return rateBetween(this.#marks[0]!, this.#marks.at(-1)!, time, "text");
  }

  /** Bytes of text a second, from the beginning. */
  overall(time: number): number {
    return rateBetween(this.#began, this.#marks.at(-1)!, time, "text");
  }

  /** Seconds until `total` bytes of the inputs are read at the rate of late; undefined while nothing can be said. */
  secondsLeft(time: number, total: number): number | undefined {
    const last = this.#marks.at(-1)!;
    const rate = rateBetween(this.#marks[0]!, last, time, "read");
    const left = total - this.#readBefore - last.read;
    if (left <= 0) return 0;
    return rate > 0 ? left / rate : undefined;
  }
}

function rateBetween(from: Mark, to: Mark, time: number, amount: "text" | "read"): number {
  const seconds = (time - from.time) / 1000;
  return seconds > 0 ? (to[amount] - from[amount]) / seconds : 0;
}
