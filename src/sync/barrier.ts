import { BrokenBarrierError, TaskEncodingError } from "../core/errors.ts";
import { markedTask, taskReferenceOf } from "../core/task_reference.ts";
import { heapOwner } from "../memory/allocator.ts";
import { type Arrival, BarrierWord } from "./barrier_word.ts";
import { registerSynchroniser, Synchroniser } from "./synchroniser.ts";
import { waitAsync, type WaitOptions, waitSync } from "./word_wait.ts";

/** What a barrier is made with. */
export interface BarrierOptions {
  /** Called once a round by the party that comes last, before any may go on. May be async where parties use `wait`. */
  readonly action?: (() => unknown) | undefined;
  /** Milliseconds that a party waits at most where `wait` names no other limit. */
  readonly timeout?: number | undefined;
}

/**
 * Holds parties up until all have come, round after round. Python: `multiprocessing.Barrier`.
 *
 * A party that gives up, by its time limit, by a signal, or with its action, breaks the barrier for all: they could not go
 * on together. To send a barrier with an action to another process, mark the action by `task`.
 *
 * @example
 * ```ts
 * import { Barrier } from "@manyhands/manyhands";
 *
 * const barrier = new Barrier(2);
 * console.log((await Promise.all([barrier.wait(), barrier.wait()])).sort()); // [ 0, 1 ]
 * ```
 */
export class Barrier extends Synchroniser {
  /** Parties that have to come. */
  readonly parties: number;
  readonly #action: (() => unknown) | undefined;
  readonly #timeout: number | undefined;
  readonly #word: BarrierWord;

  /**
   * Makes a barrier where nobody waits.
   *
   * @throws {RangeError} if `parties` is no whole number from 1 to 4095.
   * @throws {TypeError} if the action is no function.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(parties: number, { action, timeout }: BarrierOptions = {}) {
    if (!Number.isInteger(parties) || parties < 1 || parties > BarrierWord.MOST_PARTIES) {
      throw new RangeError(
        `Parties of a Barrier must be a whole number from 1 to ${BarrierWord.MOST_PARTIES}, got ${parties}`,
      );
    }
    if (action !== undefined && typeof action !== "function") {
      throw new TypeError(`Action of a Barrier must be a function, got ${typeof action}`);
    }
    super();
    this.parties = parties;
    this.#action = action;
    this.#timeout = timeout;
    this.#word = new BarrierWord(this.words, parties, heapOwner());
  }

  /** Parties that wait now. Python: `n_waiting`. */
  get nWaiting(): number {
    void this.words;
    return this.#word.waiting;
  }

  /** Whether it is broken: every `wait` fails until `reset`. */
  get broken(): boolean {
    void this.words;
    return this.#word.isBroken;
  }

  /**
   * Waits until all parties have come, leaving the event loop free. Resolves to a number from 0 to `parties` - 1, another
   * one for each party of a round.
   *
   * @throws {BrokenBarrierError} if it is broken, or breaks, or the time limit (milliseconds) ends first, which breaks it.
   * @throws {RangeError} if the timeout is no number.
   * @throws The signal's reason, which breaks it too, and what the action throws.
   */
  async wait({ timeout = this.#timeout, signal }: WaitOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    const { words } = this;
    const limits = { timeout, signal };
    const arrival = await this.#arrive((look) => waitAsync(words, 0, look, limits));
    try {
      if (arrival.isLast) await this.#action?.();
      else if (!await waitAsync(words, 0, arrival.look, limits)) this.#giveUp(arrival);
    } catch (reason) {
      this.#word.break(arrival.round);
      throw reason;
    }
    if (arrival.isLast) this.#word.open(arrival.round);
    return arrival.index;
  }

  /**
   * As `wait`, but blocks the thread; meant for workers. An action may not be async then.
   *
   * @throws {ManyhandsError} with code `ERR_STOPPED` if the host stops this worker.
   */
  waitSync(timeout: number | undefined = this.#timeout): number {
    const { words } = this;
    let arrival = this.#word.arrive();
    while (typeof arrival === "function") {
      if (!waitSync(words, 0, arrival, timeout)) throw this.#late();
      arrival = this.#word.arrive();
    }
    try {
      if (arrival.isLast) this.#action?.();
      else if (!waitSync(words, 0, arrival.look, timeout)) this.#giveUp(arrival);
    } catch (reason) {
      this.#word.break(arrival.round);
      throw reason;
    }
    if (arrival.isLast) this.#word.open(arrival.round);
    return arrival.index;
  }

  /** Breaks it: all that wait, and all that come, fail with {@linkcode BrokenBarrierError} until `reset`. */
  abort(): void {
    void this.words;
    this.#word.break();
  }

  /** Mends it. Those that wait fail with {@linkcode BrokenBarrierError}. */
  reset(): void {
    void this.words;
    this.#word.reset();
  }

  async #arrive(sleep: (look: () => number | undefined) => Promise<boolean>): Promise<Arrival> {
    for (;;) {
      const arrival = this.#word.arrive();
      if (typeof arrival !== "function") return arrival;
      if (!await sleep(arrival)) throw this.#late();
    }
  }

  /** Breaks the round, unless it has ended since the last look: then it ends so for this party too. */
  #giveUp(arrival: Arrival): void {
    const late = this.#late();
    if (this.#word.break(arrival.round)) throw late;
    arrival.look();
  }

  #late(): BrokenBarrierError {
    return new BrokenBarrierError(`A party waited too long: of ${this.parties} parties ${this.nWaiting} had come`);
  }

  /** How many have come. */
  protected override describe(): string {
    return this.broken ? "broken" : `waiting=${this.nWaiting}/${this.parties}`;
  }

  static #extra(barrier: Barrier): Extra {
    const { parties } = barrier;
    const [action, timeout] = [barrier.#action, barrier.#timeout];
    if (action === undefined) return [parties, timeout];
    const reference = taskReferenceOf(action as () => unknown);
    if (reference !== undefined) return [parties, timeout, reference.url, reference.name];
    throw new TaskEncodingError("barrier.action", "a function that is no task: mark it by task(import.meta, …)");
  }

  static {
    registerSynchroniser(
      "Barrier",
      Barrier,
      Barrier.#extra,
      ([parties, timeout, url, name]: Extra, attach) => {
        const action = url === undefined ? undefined : () => remoteAction(url, name!);
        return attach(() => new Barrier(parties, { action, timeout }));
      },
    );
  }
}

type Extra = readonly [parties: number, timeout: number | undefined, url?: string, name?: string];

function remoteAction(url: string, name: string): unknown {
  const loaded = markedTask({ url, name });
  if (loaded !== undefined) return (loaded as () => unknown)();
  return import(url).then(() => (markedTask({ url, name }) as () => unknown)());
}
