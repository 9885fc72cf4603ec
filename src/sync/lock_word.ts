import { ManyhandsError, OwnerDiedError } from "../core/errors.ts";
import { isOwnerDead } from "../memory/owner_deaths.ts";

const FREE = 0;
const ABANDONED = -1;
const WANTED = 1;

/**
 * The state machine of a lock: one word.
 *
 * ```text
 * FREE (0)               nobody holds it
 * owner * 2              thread `owner` holds it, nobody waits
 * owner * 2 + WANTED     thread `owner` holds it, someone may wait
 * ABANDONED (-1)         its owner ended while it held it
 *
 * take      FREE -> owner * 2
 * want      owner * 2 -> owner * 2 + WANTED, before a waiter sleeps with that value
 * release   any owner's -> FREE, then wake all if it was WANTED
 * abandon   a dead owner's -> ABANDONED, then wake all; whoever looks at the lock does it
 * recover   ABANDONED -> FREE
 * ```
 *
 * Each change is one compare-exchange. A waiter sleeps only with a value that has WANTED, and whoever changes such a
 * value wakes all that sleep with it, so no wake-up is lost. There is no count of waiters that a dead one could spoil:
 * those that were woken and do not get the lock set WANTED again.
 */
export class LockWord {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #owner: number;

  /** `owner` is the number under which this thread takes the lock: from 1 to 2^30 - 1. */
  constructor(words: Int32Array, index: number, owner: number) {
    this.#words = words;
    this.#index = index;
    this.#owner = owner;
  }

  /** Number of the thread that holds the lock, 0 if none does. */
  get holder(): number {
    const word = Atomics.load(this.#words, this.#index);
    return word === ABANDONED || isOwnerDead(word >>> 1) ? 0 : word >>> 1;
  }

  /** Whether its last owner ended while it held the lock. */
  get isOrphaned(): boolean {
    const word = Atomics.load(this.#words, this.#index);
    if (word === FREE || word >>> 1 === this.#owner) return false;
    return word === ABANDONED || isOwnerDead(word >>> 1);
  }

  /** The holder as text. */
  get ownerText(): string {
    const { holder } = this;
    if (holder !== 0) return holder === this.#owner ? "this process" : "another process";
    return Atomics.load(this.#words, this.#index) === FREE ? "none" : "one that ended";
  }

  /** Takes the lock and returns undefined, or returns the value with which to sleep. */
  look(): number | undefined {
    for (;;) {
      const word = Atomics.compareExchange(this.#words, this.#index, FREE, this.#owner * 2);
      if (word === FREE) return undefined;
      if (word === ABANDONED) throw new OwnerDiedError("Cannot acquire a lock whose owner ended while it held it");
      if (this.#abandonDead(word)) continue;
      const wanted = word | WANTED;
      if (word === wanted || Atomics.compareExchange(this.#words, this.#index, word, wanted) === word) return wanted;
    }
  }

  /** Frees the lock, whoever holds it. */
  release(): void {
    for (;;) {
      const word = Atomics.load(this.#words, this.#index);
      if (word === FREE || word === ABANDONED || (word >>> 1 !== this.#owner && isOwnerDead(word >>> 1))) {
        throw new ManyhandsError("ERR_NOT_HELD", "Cannot release a lock that nobody holds");
      }
      if (this.#change(word, FREE)) return;
    }
  }

  #abandonDead(word: number): boolean {
    return isOwnerDead(word >>> 1) && (this.#change(word, ABANDONED), true);
  }

  /** Frees a lock that was abandoned; false if it was not. */
  recover(): boolean {
    const word = Atomics.load(this.#words, this.#index);
    if (word !== FREE && word !== ABANDONED) this.#abandonDead(word);
    return Atomics.compareExchange(this.#words, this.#index, ABANDONED, FREE) === ABANDONED;
  }

  #change(word: number, next: number): boolean {
    if (Atomics.compareExchange(this.#words, this.#index, word, next) !== word) return false;
    if ((word & WANTED) !== 0) Atomics.notify(this.#words, this.#index);
    return true;
  }
}
