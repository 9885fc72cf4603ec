/** Milliseconds for which a loss counts. */
export const RESTART_WINDOW_MS = 60_000;
/** Idle losses in a row that are made good at once. */
const FREE_IDLE_LOSSES = 3;
const SHORTEST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5000;

/**
 * How soon a lost worker is replaced. One that a task took with it is replaced at once: there are no more of those than
 * tasks. Workers that end though they have nothing to do could go on for ever, so they come back ever more slowly.
 */
export class RestartGuard {
  readonly #most: number;
  readonly #losses: number[] = [];
  #idleLosses = 0;
  #answers = 0;

  /** `most`: losses within a minute that are allowed. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A worker was lost; `ran` a task or not, after the pool had `answers`. Milliseconds until another one may start. */
  delayAfter(ran: boolean, answers: number, now: number): number {
    if (this.#most !== Infinity) this.#losses.push(now);
    this.#idleLosses = ran || answers !== this.#answers ? 0 : this.#idleLosses + 1;
    this.#answers = answers;
    if (this.#idleLosses < FREE_IDLE_LOSSES) return 0;
    return Math.min(SHORTEST_DELAY_MS * 2 ** (this.#idleLosses - FREE_IDLE_LOSSES), LONGEST_DELAY_MS);
  }

  /** Whether there were too many losses. */
  isExceeded(now: number): boolean {
    while (this.#losses.length > 0 && now - this.#losses[0]! > RESTART_WINDOW_MS) this.#losses.shift();
    return this.#losses.length > this.#most;
  }
}
