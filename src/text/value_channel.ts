import { type Deferred, deferred } from "../core/deferred.ts";

/** Hands lists of values from one side to the other, one list at a time, so that a slow reader holds the writer back. */
export class ValueChannel {
  #offered: { readonly values: readonly unknown[]; readonly taken: Deferred<void> }[] = [];
  #wanted: Deferred<void> | undefined;
  #end: { readonly error: unknown } | undefined;
  #isEnded = false;

  /** Offers values; resolves when the reader has come to their end. */
  take(values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return Promise.resolve();
    const taken = deferred<void>();
    this.#offered.push({ values, taken });
    this.#wanted?.resolve();
    return taken.promise;
  }

  /** Nothing more comes; `error` is thrown to the reader after what was offered. */
  end(error?: { readonly error: unknown }): void {
    this.#isEnded = true;
    this.#end = error;
    this.#wanted?.resolve();
  }

  /** The values, in the order in which they were offered. */
  async *read(): AsyncGenerator<unknown, void, void> {
    for (;;) {
      const next = this.#offered.shift();
      if (next !== undefined) {
        yield* next.values;
        next.taken.resolve();
      } else if (this.#isEnded) {
        if (this.#end !== undefined) throw this.#end.error;
        return;
      } else {
        this.#wanted = deferred<void>();
        await this.#wanted.promise;
      }
    }
  }
}
