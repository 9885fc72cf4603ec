import { stopWord } from "../core/stop_request.ts";
import { ownerDeathBell } from "../memory/owner_deaths.ts";
import { park } from "./park.ts";

interface Word {
  readonly words: Int32Array;
  readonly index: number;
}

/** Calls all listeners when a word changes; of this thread's waits it is one that all share. */
class Watch {
  readonly #word: () => Word | undefined;
  #isOn = false;

  constructor(word: () => Word | undefined) {
    this.#word = word;
  }

  begin(): void {
    while (!this.#isOn) {
      const word = this.#word();
      if (word === undefined) return;
      const { words, index } = word;
      this.#isOn = park(words, index, Atomics.load(words, index), () => this.#ring()) !== undefined;
    }
  }

  #ring(): void {
    this.#isOn = false;
    // Before anyone looks: what changes after the look rings again.
    if (listeners.size > 0) this.begin();
    for (const wake of [...listeners]) wake();
  }
}

const listeners: Set<() => void> = new Set();
const deaths: Watch = new Watch(ownerDeathBell);
const stop: Watch = new Watch(stopWord);

/**
 * Calls `wake` whenever a thread has died, which may have held what someone waits for, and when the host of this one
 * tells it to stop. The result takes that back. Look once more after the call: what happened before it wakes nobody.
 */
export function onAlarm(wake: () => void): () => void {
  listeners.add(wake);
  deaths.begin();
  stop.begin();
  return () => void listeners.delete(wake);
}
