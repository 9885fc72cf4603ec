import { allocateZeroed, free } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { allocateSlot, freeSlot, type Slot } from "./slot.ts";

/** A slot of a map run, with words in shared memory by which main thread and worker know of each other. */
export interface MapSlot extends Slot {
  /** Address of three 32-bit words: the number of the attempt that the slot is for, the record that it is at, a count of calls. */
  readonly words: number;
}

/** The record number of an attempt that has not begun one, or has finished with all. */
export const NO_RECORD = -1;

const ATTEMPT = 0;
const RECORD = 1;
const CALLS = 2;

/** Allocates a slot with its words. */
export function allocateMapSlot(inputBytes: number, outputBytes: number): MapSlot {
  const slot = allocateSlot(inputBytes, outputBytes);
  try {
    return { ...slot, words: allocateZeroed(12) };
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
  return typedView(Int32Array, slot.words, 3);
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

/** The record that the attempt is at, or `NO_RECORD`. */
export function recordUnderWay(slot: MapSlot): number {
  return Atomics.load(words(slot), RECORD);
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

  /** Notes for which record a call is begun. Throws where the attempt was given up. */
  begin(record: number): void {
    if (Atomics.load(this.#words, ATTEMPT) !== this.#attempt) throw givenUp();
    Atomics.store(this.#words, RECORD, record);
    Atomics.add(this.#words, CALLS, 1);
  }

  /** Claims the slot's output. Throws where the attempt was given up. */
  claimOutput(): void {
    if (Atomics.compareExchange(this.#words, ATTEMPT, this.#attempt, -this.#attempt) !== this.#attempt) throw givenUp();
    Atomics.store(this.#words, RECORD, NO_RECORD);
  }
}

function givenUp(): Error {
  return new Error("The range was given to another worker");
}
