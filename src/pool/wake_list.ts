import type { PoolWorker } from "./pool_worker.ts";

/** Tasks handed in during one turn after which workers are woken, though the turn goes on. */
const EARLY_WAKE = 32;
/** Bytes of a task's input from which the next one takes longer to encode than a wake-up. */
const LONG_INPUT = 16_384;

/** Workers that are to be woken: all tasks of one turn of the program cost one wake-up a worker. */
export class WakeList {
  readonly #workers: PoolWorker[] = [];
  readonly #onTurn: () => void;
  #last: PoolWorker | undefined;
  #isScheduled = false;
  #unheard = 0;

  /** `onTurn` is called at the end of a turn that has handed in tasks. */
  constructor(onTurn: () => void) {
    this.#onTurn = onTurn;
  }

  /** Wakes the worker at the end of this turn, or earlier where the turn hands in many tasks, or one of many `bytes`. */
  add(worker: PoolWorker, bytes: number): void {
    if (bytes >= LONG_INPUT) worker.handle.wake();
    else this.#wakeSoon(worker);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#endTurn);
  }

  #wakeSoon(worker: PoolWorker): void {
    // Tasks mostly come in a row for one worker; to wake another one twice does no harm.
    if (worker !== this.#last) {
      this.#last = worker;
      if (!this.#workers.includes(worker)) this.#workers.push(worker);
    }
    if (++this.#unheard === EARLY_WAKE) this.#wakeAll();
  }

  readonly #endTurn = (): void => {
    this.#isScheduled = false;
    this.#unheard = 0;
    this.#wakeAll();
    this.#onTurn();
  };

  #wakeAll(): void {
    for (const worker of this.#workers) worker.handle.wake();
    this.#workers.length = 0;
    this.#last = undefined;
  }
}
