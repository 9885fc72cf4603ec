import { allocateZeroed, free, heapOwner } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { isOwnerDead, isOwnerGone as isThreadGone } from "../memory/owner_deaths.ts";
import { Mutex } from "../sync/mutex.ts";

// Words of the state, six in all.
const LOCK = 0;
const TABLE = 1;
/** For each end: handles that were sent and did not arrive yet, and the second in which the last one was. */
const SENT = 2;
const SENT_AT = 4;

/**
 * Words of a table: how many places it has, the places, and for each the thread that sent it, where it is on a journey. A
 * place is `owner * 2 + end`, 0 where it is free.
 */
const PLACES = 0;
const FIRST_PLACE = 1;
const FIRST_PLACES = 15;

/** Seconds for which a handle that goes to nobody in particular keeps its end open, though nobody has it. */
const LONGEST_JOURNEY_S = 10;

/**
 * Who has handles to the two ends of a pipe: a list of owners (threads) in shared memory. What a thread that has ended
 * holds does not count any more, and its place is used again.
 *
 * A handle that is on its way counts too, so that the sender may close its own at once. One that goes to a known receiver
 * is the journey's, an owner that its sender declares dead once it cannot arrive any more; where the sender itself dies, its
 * receiver ends with it. Of one in a queue or a pipe that nobody takes it from nobody hears, so it counts for some seconds
 * only.
 */
export class Handles {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #mutex: Mutex;
  /** The table as it was seen last. */
  #seen: Int32Array = new Int32Array(0);

  /** Its state are six words from `at` on, 0 at first. */
  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
    this.#mutex = new Mutex(words, at + LOCK);
  }

  /** Notes a handle of this thread's to an end. */
  add(end: number): void {
    this.#exclusively(() => this.#place(heapOwner() * 2 + end));
  }

  /**
   * Forgets one; whether nobody has a handle to either end any more. What the list takes is freed then. Before that
   * `beforeLast` is called, while the handle still counts.
   */
  remove(end: number, beforeLast: () => void): boolean {
    return this.#exclusively(() => {
      const table = this.#table();
      const index = placesOf(table).indexOf(heapOwner() * 2 + end) + FIRST_PLACE;
      const isLast = !this.#isOpen(0, index) && !this.#isOpen(1, index);
      if (isLast) beforeLast();
      if (index >= FIRST_PLACE) table[index] = 0;
      if (!isLast) return false;
      this.#words[this.#at + TABLE] = 0;
      free(table.byteOffset);
      return true;
    });
  }

  /** A handle to an end is sent, on the `journey` or, with 0, to nobody in particular. */
  depart(end: number, journey: number): void {
    this.#exclusively(() => {
      if (journey !== 0) return this.#place(journey * 2 + end, heapOwner());
      this.#words[this.#at + SENT + end]!++;
      this.#words[this.#at + SENT_AT + end] = seconds();
    });
  }

  /** One has arrived in this thread. */
  arrive(end: number, journey: number): void {
    this.#exclusively(() => {
      this.#place(heapOwner() * 2 + end);
      // All of them: what is encoded for a second time, since it did not fit, travels once.
      if (journey !== 0) return replaceAll(placesOf(this.#table()), journey * 2 + end, 0);
      const index = this.#at + SENT + end;
      this.#words[index] = Math.max(0, this.#words[index]! - 1);
    });
  }

  /** Whether someone has a handle to an end. */
  isOpen(end: number): boolean {
    return this.#exclusively(() => this.#isOpen(end));
  }

  #isOpen(end: number, except: number = -1): boolean {
    const table = this.#table();
    for (let index = FIRST_PLACE; index <= table[PLACES]!; index++) {
      const place = table[index]!;
      if (index !== except && place !== 0 && (place & 1) === end && !isGone(table, index)) return true;
    }
    return this.journeyLeft(end) > 0;
  }

  /** Milliseconds for which handles on their way keep an end open, 0 where there are none. */
  journeyLeft(end: number): number {
    if (this.#words[this.#at + SENT + end]! === 0) return 0;
    const since = seconds() - this.#words[this.#at + SENT_AT + end]!;
    return Math.max(0, LONGEST_JOURNEY_S - since) * 1000;
  }

  #place(place: number, sender: number = 0): void {
    let table = this.#table();
    let index = FIRST_PLACE;
    while (index <= table[PLACES]! && table[index] !== 0 && !isGone(table, index)) index++;
    if (!(index <= table[PLACES]!)) table = this.#grow(table);
    table[index] = place;
    table[index + table[PLACES]!] = sender;
  }

  #grow(table: Int32Array): Int32Array {
    const before = table[PLACES] ?? 0;
    const places = before === 0 ? FIRST_PLACES : before * 2;
    const offset = allocateZeroed((FIRST_PLACE + 2 * places) * 4);
    const grown = typedView(Int32Array, offset, FIRST_PLACE + 2 * places);
    grown.set(placesOf(table), FIRST_PLACE);
    grown.set(table.subarray(FIRST_PLACE + before), FIRST_PLACE + places);
    grown[PLACES] = places;
    this.#words[this.#at + TABLE] = offset | 0;
    if (before > 0) free(table.byteOffset);
    return grown;
  }

  #table(): Int32Array {
    const offset = this.#words[this.#at + TABLE]! >>> 0;
    if (offset === 0) return new Int32Array(0);
    if (this.#seen.byteOffset !== offset || this.#seen[PLACES]! * 2 !== this.#seen.length - FIRST_PLACE) {
      const places = typedView(Int32Array, offset, FIRST_PLACE)[PLACES]!;
      this.#seen = typedView(Int32Array, offset, FIRST_PLACE + 2 * places);
    }
    return this.#seen;
  }

  #exclusively<T>(step: () => T): T {
    // Each step changes a list by one word, so there is nothing to mend after a death.
    return this.#mutex.exclusively(step);
  }
}

function placesOf(table: Int32Array): Int32Array {
  return table.subarray(FIRST_PLACE, FIRST_PLACE + (table[PLACES] ?? 0));
}

function replaceAll(places: Int32Array, place: number, by: number): void {
  for (let at = 0; at < places.length; at++) if (places[at] === place) places[at] = by;
}

/**
 * Whether those that had handles have all ended, and none is on its way, of the state from word `at` of the whole shared
 * memory on. Takes no lock of the state, so to be asked while the heap does not change.
 */
export function areAbandoned(words: Uint32Array, at: number): boolean {
  for (const end of [0, 1]) {
    if (words[at + SENT + end] !== 0 && seconds() - words[at + SENT_AT + end]! <= LONGEST_JOURNEY_S) return false;
  }
  const table = words[at + TABLE]! >>> 2;
  if (table === 0) return false;
  const places = words[table + PLACES]!;
  for (let index = table + FIRST_PLACE; index < table + FIRST_PLACE + places; index++) {
    const [owner, sender] = [words[index]! >>> 1, words[index + places]!];
    if (owner !== 0 && !isThreadGone(owner) && !(sender !== 0 && isThreadGone(sender))) return false;
  }
  return true;
}

/** Offset of the list of such a state. */
export function tableOf(words: Uint32Array, at: number): number {
  return words[at + TABLE]!;
}

/** Whether what has a place cannot use or get its handle any more. */
function isGone(table: Int32Array, index: number): boolean {
  const [owner, sender] = [table[index]! >>> 1, table[index + table[PLACES]!]!];
  return isOtherDead(owner) || (sender !== 0 && isOtherDead(sender));
}

function isOtherDead(owner: number): boolean {
  return owner !== heapOwner() && isOwnerDead(owner);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
