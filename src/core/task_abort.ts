import { InterruptedError } from "./errors.ts";
import { liveController } from "./live_signal.ts";

/** Value of a worker's word for aborted tasks that aborts whichever task it runs. */
export const ABORT_ANY = -1;

/** The value of that word which aborts one task, by its number on the wire. */
export function abortOf(id: number): number {
  return id + 1;
}

/**
 * The signals of the tasks that a worker runs one after another. Its host aborts one by writing the task's number to a
 * shared word, so a word that comes too late means no other task.
 */
export class TaskAbort {
  readonly #words: Int32Array;
  readonly #index: number;
  #number = 0;
  #task = 0;
  #controller: AbortController | undefined;
  #isWatching = false;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** The worker begins the task of that number. */
  begin(id: number): void {
    this.#number = abortOf(id);
    this.#task++;
    this.#controller = undefined;
  }

  /** The signal of the task that runs. */
  get signal(): AbortSignal {
    this.#controller ??= this.#controllerOf(this.#task);
    if (!this.#isWatching) void this.#watch();
    return this.#controller.signal;
  }

  #controllerOf(task: number): AbortController {
    return liveController(() => {
      if (task !== this.#task || !this.#isAborted()) return undefined;
      return new InterruptedError("The task was told to end");
    });
  }

  #isAborted(): boolean {
    const word = Atomics.load(this.#words, this.#index);
    return word === ABORT_ANY || word === this.#number;
  }

  /** Lets the signal's events come; begun when a task first asks for a signal. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    for (;;) {
      const word = Atomics.load(this.#words, this.#index);
      // A look at it is what aborts it.
      void this.#controller?.signal.aborted;
      if (word === ABORT_ANY) return;
      const wait = Atomics.waitAsync(this.#words, this.#index, word);
      if (wait.async) await wait.value;
    }
  }
}
