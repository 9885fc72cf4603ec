import { runtime } from "../runtime/current.ts";

/** Milliseconds for which a thread that only serves messages may hold up its timers and sockets. */
const LONGEST_MS = 4;
/** Promises that come one after another between a message and what is done with it, at most. */
const STEPS = 12;

/** Lets the rest of a thread have its turn, while messages come so fast that it would never sleep. */
export class Turns {
  #last = 0;

  /** Lets timers and sockets go on, if they have waited long. */
  async give(): Promise<void> {
    if (performance.now() - this.#last < LONGEST_MS) return;
    await runtime.nextTurn();
    this.#last = performance.now();
  }

  /** Lets those go on who wait for promises that are settled, until `isEnough`. A look for the next message holds them up. */
  async step(isEnough: () => boolean): Promise<void> {
    for (let step = 0; step < STEPS && !isEnough(); step++) await undefined;
  }
}
