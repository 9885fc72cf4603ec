import { ManyhandsError } from "./errors.ts";

let words: Int32Array = new Int32Array(1);
let index = 0;

/** Tells this thread where its host says that it has given the thread up. */
export function adoptRetirementWord(retirementWords: Int32Array, retirementIndex: number): void {
  words = retirementWords;
  index = retirementIndex;
}

/**
 * Whether the host of this thread counts it among the dead, though it could not end it. What the thread held is then
 * given to others, so it may not touch what they share any more.
 */
export function isRetired(): boolean {
  // No atomic read, which would cost as much as taking a lock: those that must be sure look after an atomic step.
  return words[index] !== 0;
}

/** What a thread gets that goes on after it was given up. */
export function retiredError(): ManyhandsError {
  return new ManyhandsError(
    "ERR_STOPPED",
    "The worker was ended by force: what it shares with others is out of its reach",
  );
}
