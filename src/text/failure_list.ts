import type { TextFailure } from "./report.ts";

/** Failures that a report holds: their errors take some kilobytes each. */
const KEPT_FAILURES = 1000;

/** The inputs that failed: all are counted, the first are kept. */
export class FailureList {
  readonly first: TextFailure[] = [];
  #count = 0;

  /** How many failed. */
  get count(): number {
    return this.#count;
  }

  add(failure: TextFailure): void {
    this.#count++;
    if (this.first.length < KEPT_FAILURES) this.first.push(failure);
  }
}
