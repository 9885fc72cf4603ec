import { BrokenBarrierError } from "../core/errors.ts";
import { isOwnerDead } from "../memory/owner_deaths.ts";

/** Parties that have come. */
const COUNT = 0xfff;
const BROKEN = 0x1000;
/** How the last eight rounds ended, the youngest in the lowest bit: 1 for one that did not open. */
const HISTORY_SHIFT = 13;
const HISTORY_ROUNDS = 8;
/** Number of the round, modulo 256. */
const ROUND_SHIFT = 21;
const BYTE = 0xff;

/** The word after this one: number of the thread that came last and runs the action, 0 for none. */
const ACTOR = 1;

/** A party that has come. */
export interface Arrival {
  /** From 0 on, in the order of coming. */
  readonly index: number;
  readonly isLast: boolean;
  /** Number of the round that it came to. */
  readonly round: number;
  /** Returns the word with which to sleep until the round has ended, then undefined; throws where it broke. */
  readonly look: () => number | undefined;
}

/**
 * The state machine of a barrier: one word, `round: 8 | history: 8 | BROKEN | count: 12`.
 *
 * ```text
 * arrive    count -> count + 1; all but the last sleep until the round's number changes or BROKEN is set
 * open      count = parties -> the next round with count 0, history shifted by a 0: by the last, after its action
 * break     any -> BROKEN, for those of this round and those that come
 * reset     any -> the next round with count 0, history shifted by a 1 where someone waited or it was broken
 * ```
 *
 * Each change is one compare-exchange that wakes all sleepers. How a round ended stands in the history, so a party that
 * wakes late still learns it, without a time in which all have to leave: one that died while it waited holds up nobody.
 * While the count is full the next round's parties wait for the action; where its thread ends, the first of those that
 * wait breaks the barrier.
 */
export class BarrierWord {
  /** Parties that a barrier can have. */
  static readonly MOST_PARTIES: number = COUNT;
  readonly #words: Int32Array;
  readonly #parties: number;
  readonly #owner: number;

  /** `words` are the two of the state; `owner` is this thread's number. */
  constructor(words: Int32Array, parties: number, owner: number) {
    this.#words = words;
    this.#parties = parties;
    this.#owner = owner;
  }

  /** Parties that have come to this round. */
  get waiting(): number {
    return Atomics.load(this.#words, 0) & COUNT;
  }

  get isBroken(): boolean {
    return (Atomics.load(this.#words, 0) & BROKEN) !== 0;
  }

  /**
   * Comes to this round. The party's number, and, unless it is the last, with what to look whether the round has ended;
   * or just what to look with until there is room, where the round before runs its action.
   *
   * @throws {BrokenBarrierError} if the barrier is broken
   */
  arrive(): Arrival | (() => number | undefined) {
    for (;;) {
      const word = Atomics.load(this.#words, 0);
      if ((word & BROKEN) !== 0) throw brokenError();
      const index = word & COUNT;
      if (index === this.#parties) return () => this.#whileIn(roundOf(word));
      if (Atomics.compareExchange(this.#words, 0, word, word + 1) !== word) continue;
      const isLast = index + 1 === this.#parties;
      if (isLast) Atomics.store(this.#words, ACTOR, this.#owner);
      const round = roundOf(word);
      return { index, isLast, round, look: () => this.#look(round) };
    }
  }

  /**
   * Lets the parties of the full round with the given number go on.
   *
   * @throws {BrokenBarrierError} if it was broken or reset meanwhile
   */
  open(round: number): void {
    const word = Atomics.load(this.#words, 0);
    const isFull = (word & (COUNT | BROKEN)) === this.#parties && roundOf(word) === round;
    Atomics.store(this.#words, ACTOR, 0);
    if (!isFull || !this.#change(word, nextRound(word, 0))) throw brokenError();
  }

  /** Breaks the round with the given number, without one the present round; false where that round has ended. */
  break(round?: number): boolean {
    for (;;) {
      const word = Atomics.load(this.#words, 0);
      if (round !== undefined && roundOf(word) !== round) return false;
      if ((word & BROKEN) !== 0 || this.#change(word, word | BROKEN)) return true;
    }
  }

  reset(): void {
    for (;;) {
      const word = Atomics.load(this.#words, 0);
      if ((word & (COUNT | BROKEN)) === 0 || this.#change(word, nextRound(word, 1))) return;
    }
  }

  #look(round: number): number | undefined {
    const word = this.#whileIn(round);
    if (word !== undefined) return word;
    const now = Atomics.load(this.#words, 0);
    const ago = (roundOf(now) - round) & BYTE;
    const isOpened = ago > 0 && ago <= HISTORY_ROUNDS && ((now >>> HISTORY_SHIFT) & (1 << (ago - 1))) === 0;
    if (isOpened) return undefined;
    throw brokenError();
  }

  /** The word with which to sleep while this round goes on whole. */
  #whileIn(round: number): number | undefined {
    const word = Atomics.load(this.#words, 0);
    if (roundOf(word) !== round || (word & BROKEN) !== 0) return undefined;
    const actor = (word & COUNT) === this.#parties ? Atomics.load(this.#words, ACTOR) : 0;
    if (actor === 0 || actor === this.#owner || !isOwnerDead(actor)) return word;
    this.break(round);
    return undefined;
  }

  #change(word: number, next: number): boolean {
    if (Atomics.compareExchange(this.#words, 0, word, next) !== word) return false;
    Atomics.notify(this.#words, 0);
    return true;
  }
}

function roundOf(word: number): number {
  return (word >>> ROUND_SHIFT) & BYTE;
}

function nextRound(word: number, outcome: number): number {
  const history = (((word >>> HISTORY_SHIFT) << 1) | outcome) & BYTE;
  return (((roundOf(word) + 1) & BYTE) << ROUND_SHIFT) | (history << HISTORY_SHIFT);
}

function brokenError(): BrokenBarrierError {
  return new BrokenBarrierError("The barrier is broken");
}
