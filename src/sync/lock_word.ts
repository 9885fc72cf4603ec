import { ManyhandsError, OwnerDiedError } from "../core/errors.ts";
import { isRetired, retiredError } from "../core/retirement.ts";
import { linearWord } from "../memory/linear_word.ts";
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
  readonly #address: number;
  readonly #owner: number;
  /** The word of a lock that this thread holds and nobody waits for. */
  readonly #own: number;

  /**
   * `words` are some of the linear memory; `owner` is the number under which this thread takes the lock: from 1 to
   * 2^30 - 1.
   */
  constructor(words: Int32Array, index: number, owner: number) {
    this.#words = words;
    this.#index = index;
    this.#address = words.byteOffset + index * 4;
    this.#owner = owner;
    this.#own = owner * 2;
  }

  /** Number of the thread that holds the lock, 0 if none does. */
  get holder(): number {
    const word = linearWord.load(this.#address);
    return word === ABANDONED || isOwnerDead(word >>> 1) ? 0 : word >>> 1;
  }

  /** Whether this thread holds the lock. */
  get isOwn(): boolean {
    return linearWord.load(this.#address) >>> 1 === this.#owner;
  }

  /** Whether its last owner ended while it held the lock. */
  get isOrphaned(): boolean {
    const word = linearWord.load(this.#address);
    if (word === FREE || word >>> 1 === this.#owner) return false;
    return word === ABANDONED || isOwnerDead(word >>> 1);
  }

  /** The holder as text. */
  get ownerText(): string {
    const { holder } = this;
    if (holder !== 0) return holder === this.#owner ? "this process" : "another process";
    return linearWord.load(this.#address) === FREE ? "none" : "one that ended";
  }

  /** Takes the lock and returns undefined, or returns the value with which to sleep. */
  look(): number | undefined {
    // A lock that a thread had for a moment which counts as dead would be one whose owner died.
    if (isRetired()) throw retiredError();
    const word = linearWord.compareExchange(this.#address, FREE, this.#own);
    if (word !== FREE) return this.#lookAgain(word);
    // Once more: a thread that was given up must not come in among those that took over what it held.
    if (isRetired()) this.#leave();
    return undefined;
  }

  #lookAgain(word: number): number | undefined {
    if (word === ABANDONED) throw new OwnerDiedError("Cannot acquire a lock whose owner ended while it held it");
    if (this.#abandonDead(word)) return this.look();
    const wanted = word | WANTED;
    const isWanted = word === wanted || linearWord.compareExchange(this.#address, word, wanted) === word;
    return isWanted ? wanted : this.look();
  }

  #leave(): never {
    this.release();
    throw retiredError();
  }

  /** Frees the lock, whoever holds it. */
  release(): void {
    const word = linearWord.compareExchange(this.#address, this.#own, FREE);
    if (word !== this.#own) this.#releaseFrom(word);
  }

  #releaseFrom(word: number): void {
    if (word >>> 1 !== this.#owner && isRetired()) throw retiredError();
    if (word === FREE || word === ABANDONED || (word >>> 1 !== this.#owner && isOwnerDead(word >>> 1))) {
      throw new ManyhandsError("ERR_NOT_HELD", "Cannot release a lock that nobody holds");
    }
    if (!this.#change(word, FREE)) this.release();
  }

  #abandonDead(word: number): boolean {
    return isOwnerDead(word >>> 1) && (this.#change(word, ABANDONED), true);
  }

  /** Frees a lock that was abandoned; false if it was not. */
  recover(): boolean {
    const word = linearWord.load(this.#address);
    if (word !== FREE && word !== ABANDONED) this.#abandonDead(word);
    return linearWord.compareExchange(this.#address, ABANDONED, FREE) === ABANDONED;
  }

  #change(word: number, next: number): boolean {
    if (linearWord.compareExchange(this.#address, word, next) !== word) return false;
    if ((word & WANTED) !== 0) Atomics.notify(this.#words, this.#index);
    return true;
  }
}
