import { allocateZeroed, free } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { allocateSlot, freeSlot, type Slot } from "./slot.ts";

/** A slot of a map run, with words in shared memory by which main thread and worker know of each other. */
export interface MapSlot extends Slot {
  /**
   * Address of four 32-bit words: the number of the attempt that the slot is for, the record that it is at, a count of
   * calls, the file of that record among those of the attempt.
   */
  readonly words: number;
}

/** The record number of an attempt that has not begun one, or has finished with all. */
export const NO_RECORD = -1;

const ATTEMPT = 0;
const RECORD = 1;
const CALLS = 2;
const FILE = 3;

/** Allocates a slot with its words. */
export function allocateMapSlot(inputBytes: number, outputBytes: number): MapSlot {
  const slot = allocateSlot(inputBytes, outputBytes);
  try {
    return { ...slot, words: allocateZeroed(16) };
  } catch (error) {
    freeSlot(slot);
    throw error;
  }
}

/** Gives a slot's memory back; nothing may work in it any more. */
export function freeMapSlot(slot: MapSlot): void {
  free(slot.words);
  freeSlot(slot);
}

function words(slot: MapSlot): Int32Array {
  return typedView(Int32Array, slot.words, 4);
}

/** Begins a new attempt on the slot; returns its number. Whoever still works on an earlier one will leave no trace. */
export function beginAttempt(slot: MapSlot): number {
  const view = words(slot);
  const attempt = (Math.abs(Atomics.load(view, ATTEMPT)) & 0x3fffffff) + 1;
  Atomics.store(view, ATTEMPT, attempt);
  Atomics.store(view, RECORD, NO_RECORD);
  return attempt;
}

/**
 * Takes an attempt from its worker. False where the worker is writing its output already: then its answer is about to
 * come.
 */
export function giveUpAttempt(slot: MapSlot, attempt: number): boolean {
  return Atomics.compareExchange(words(slot), ATTEMPT, attempt, attempt + 1) === attempt;
}

/** A record of an attempt: its file among those of the attempt, 0 for a range, and its place there, or `NO_RECORD`. */
export interface RecordPlace {
  readonly file: number;
  readonly record: number;
}

/** The record that the attempt is at. */
export function recordUnderWay(slot: MapSlot): RecordPlace {
  const view = words(slot);
  return { file: Atomics.load(view, FILE), record: Atomics.load(view, RECORD) };
}

/** Calls so far: while that stays the same, so does the call that is under way. */
export function callsBegun(slot: MapSlot): number {
  return Atomics.load(words(slot), CALLS);
}

/** The worker's side of an attempt. */
export class AttemptWords {
  readonly #words: Int32Array;
  readonly #attempt: number;

  constructor(slot: MapSlot, attempt: number) {
    this.#words = words(slot);
    this.#attempt = attempt;
  }

  /** Notes for which record a call is begun. Throws `GivenUpError` where the attempt was given up. */
  begin(record: number, file: number = 0): void {
    if (Atomics.load(this.#words, ATTEMPT) !== this.#attempt) throw new GivenUpError();
    Atomics.store(this.#words, FILE, file);
    Atomics.store(this.#words, RECORD, record);
    Atomics.add(this.#words, CALLS, 1);
  }

  /** Notes that no call is under way. */
  rest(): void {
    if (Atomics.load(this.#words, ATTEMPT) === this.#attempt) Atomics.store(this.#words, RECORD, NO_RECORD);
  }

  /** Claims the slot's output. Throws `GivenUpError` where the attempt was given up. */
  claimOutput(): void {
    if (Atomics.compareExchange(this.#words, ATTEMPT, this.#attempt, -this.#attempt) !== this.#attempt) {
      throw new GivenUpError();
    }
    Atomics.store(this.#words, RECORD, NO_RECORD);
  }
}

/** The attempt was given to another worker. */
export class GivenUpError extends Error {
  constructor() {
    super("The range was given to another worker");
  }
}
