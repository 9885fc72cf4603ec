/** Microseconds at most that a wait spins before it sleeps: about what waking a sleeper costs. */
const LONGEST_SPIN_US = 100;
/** Below this a spin cannot win anything, so there is none until a short sleep shows that it would have. */
const SHORTEST_SPIN_US = 4;
/** Looks between two readings of the clock. */
const LOOKS = 32;

const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * Looks for work for a moment before its caller sleeps, since a sleeper is woken late. The moment adapts: it grows
 * while work comes within it or soon after, and shrinks to nothing while none does, so that who waits long burns nothing.
 */
export class Spinner {
  #budget = LONGEST_SPIN_US;

  /** Looks for work for as long as it has lately been worth it; whether there is some. */
  find(hasWork: () => boolean): boolean {
    if (this.#budget < SHORTEST_SPIN_US) return false;
    const end = performance.now() + this.#budget / 1000;
    do {
      for (let look = 0; look < LOOKS; look++) {
        if (hasWork()) {
          this.#budget = Math.min(LONGEST_SPIN_US, this.#budget * 2);
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
    if (milliseconds * 1000 > 2 * LONGEST_SPIN_US) return;
    this.#budget = Math.min(LONGEST_SPIN_US, Math.max(this.#budget, SHORTEST_SPIN_US) * 2);
  }
}
