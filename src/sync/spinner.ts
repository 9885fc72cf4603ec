/** About what waking a sleeper costs, in microseconds: what a spin can win. */
const WAKE_US = 100;
/** Below this a spin cannot win anything, so there is none until a short sleep shows that it might have. */
const SHORTEST_SPIN_US = 4;
/** A sleep that was shorter may have been one too many. */
const SHORT_SLEEP_US = 4 * WAKE_US;
/** Looks between two readings of the clock. */
const LOOKS = 32;
/** Of so many short sleeps in a row the first few are followed by the longest spin: others may need this core just then. */
const PERIOD = 64;
const TRIES = 3;

const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * Looks for work for a moment before its caller sleeps, since a sleeper is woken late. The moment adapts: it grows
 * while work comes within it or soon after, and shrinks to nothing while none does, so that who waits long burns nothing.
 */
export class Spinner {
  /** Twice as long as the host's: else each could give up just before the other has woken up, again and again. */
  static forWorker(): Spinner {
    return new Spinner(2 * WAKE_US);
  }

  readonly #longest: number;
  #budget: number;
  /** Short sleeps since work was last found. */
  #misses = 0;

  /** @param longest Microseconds at most that a wait spins before it sleeps. */
  constructor(longest: number = WAKE_US) {
    this.#budget = this.#longest = longest;
  }

  /** Looks for work for as long as it has lately been worth it; whether there is some. */
  find(hasWork: () => boolean): boolean {
    if (this.#budget < SHORTEST_SPIN_US) return false;
    const end = performance.now() + this.#budget / 1000;
    do {
      for (let look = 0; look < LOOKS; look++) {
        if (hasWork()) {
          this.#misses = 0;
          this.#budget = Math.min(this.#longest, this.#budget * 2);
          return true;
        }
        pause();
      }
    } while (performance.now() < end);
    this.#budget /= 2;
    return false;
  }

  /** The caller slept for so many milliseconds until there was work. */
  noteSleep(milliseconds: number): void {
    if (milliseconds * 1000 > SHORT_SLEEP_US) return;
    if (this.#misses++ % PERIOD < TRIES) this.#budget = this.#longest;
  }
}
