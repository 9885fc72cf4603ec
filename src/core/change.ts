import { type Deferred, deferred } from "./deferred.ts";

/** Tells those who wait for something to change each time that it may have. */
export class Change {
  #next: Deferred<void> = deferred();

  /** Resolves at the next change. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  /** Something has changed. */
  happen(): void {
    const { resolve } = this.#next;
    this.#next = deferred();
    resolve();
  }
}
