/** About what waking a sleeper costs, in microseconds: what a spin can win. */
const WAKE_US = 100;
/** Below this a spin cannot win anything, so there is none until a short sleep shows that it might have. */
const SHORTEST_SPIN_US = 4;
/** A sleep that was shorter may have been one too many. */
const SHORT_SLEEP_US = 4 * WAKE_US;
/** Looks between two readings of the clock. */
const LOOKS = 32;
/** Short sleeps between two tries in vain, after tries at 1, 2, 4 … of them: others may need this core. */
const PERIOD = 64;

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
  /** Short sleeps since work was last found by spinning. */
  #misses = 0;
  /** Whether the next spin is to show that spinning is worth it again. */
  #isTry = false;

  /** @param longest Microseconds at most that a wait spins before it sleeps. */
  constructor(longest: number = WAKE_US) {
    this.#budget = this.#longest = longest;
  }

  /** Looks for work for as long as it has lately been worth it; whether there is some. */
  find(hasWork: () => boolean): boolean {
    if (this.#budget < SHORTEST_SPIN_US) return false;
    if (hasWork()) return true;
    const end = performance.now() + this.#budget / 1000;
    do {
      for (let look = 0; look < LOOKS; look++) {
        pause();
        if (!hasWork()) continue;
        this.#misses = 0;
        this.#isTry = false;
        this.#budget = Math.min(this.#longest, this.#budget * 2);
        return true;
      }
    } while (performance.now() < end);
    this.#budget = this.#isTry ? 0 : this.#budget / 2;
    this.#isTry = false;
    return false;
  }

  /** The caller slept for so many milliseconds until there was work. */
  noteSleep(milliseconds: number): void {
    if (milliseconds * 1000 > SHORT_SLEEP_US) return;
    const misses = this.#misses++;
    const isDue = misses < PERIOD ? (misses & (misses - 1)) === 0 : misses % PERIOD === 0;
    if (!isDue) return;
    this.#isTry = true;
    this.#budget = this.#longest;
  }
}
