import { ManyhandsError } from "../core/errors.ts";
import { linearWord } from "../memory/linear_word.ts";
import { Acquirable } from "./acquirable.ts";
import { registerSynchroniser } from "./synchroniser.ts";

const LARGEST = 2 ** 30 - 1;
const WANTED = 1;

/** What {@linkcode Semaphore.release} adds, and up to what. */
function add(words: Int32Array, count: number, largest: number): boolean {
  for (;;) {
    const word = linearWord.load(words.byteOffset);
    const next = (word >>> 1) + count;
    if (next > largest) return false;
    if (linearWord.compareExchange(words.byteOffset, word, next * 2) !== word) continue;
    if ((word & WANTED) !== 0) Atomics.notify(words, 0);
    return true;
  }
}

/**
 * A number of permits that all processes of the tree share: `acquire` takes one and waits while there is none. Python:
 * `multiprocessing.Semaphore`. A permit has no owner: one that a worker took and died with is gone.
 *
 * Its state is one word, `permits * 2 + WANTED`. A waiter sets WANTED where there is no permit, and sleeps with just that
 * value; who adds permits clears it and wakes all sleepers.
 *
 * @example
 * ```ts
 * import { Semaphore } from "@manyhands/manyhands";
 *
 * const connections = new Semaphore(2);
 * const guard = await connections.acquire();
 * console.log(connections.value); // 1
 * guard.release();
 * ```
 */
export class Semaphore extends Acquirable {
  /**
   * Makes a semaphore with `permits` free permits.
   *
   * @throws {RangeError} if that is no whole number from 0 to 2^30 - 1.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(permits: number = 1) {
    checkPermits(permits, 0);
    super();
    // Who receives it passes none.
    if (permits > 0) add(this.words, permits, LARGEST);
  }

  /** Permits that are free now. Python: `get_value()`. */
  get value(): number {
    return linearWord.load(this.words.byteOffset) >>> 1;
  }

  /**
   * Adds `count` permits.
   *
   * @throws {RangeError} if `count` is no whole number from 1 on.
   * @throws {ManyhandsError} with code `ERR_TOO_MANY_RELEASES` if there would be more than 2^30 - 1, or, of a
   * {@linkcode BoundedSemaphore}, more than at first. Python: ValueError.
   */
  release(count: number = 1): void {
    checkPermits(count, 1);
    if (add(this.words, count, this.largest)) return;
    throw new ManyhandsError(
      "ERR_TOO_MANY_RELEASES",
      `Cannot release ${count} of a semaphore that has ${this.value} permits: it may have ${this.largest} at most`,
    );
  }

  /** Permits that there may be at most. */
  protected get largest(): number {
    return LARGEST;
  }

  /** How many permits are free. */
  protected override describe(): string {
    return `value=${this.value}`;
  }

  /** One look at its word; see `Acquirable`. */
  protected override look(): number | undefined {
    const { byteOffset } = this.words;
    for (;;) {
      const word = linearWord.load(byteOffset);
      if (word === WANTED) return WANTED;
      const next = word === 0 ? WANTED : word - 2;
      if (linearWord.compareExchange(byteOffset, word, next) === word) return word === 0 ? WANTED : undefined;
    }
  }

  static {
    registerSynchroniser("Semaphore", Semaphore, () => 0, (_, attach) => attach(() => new Semaphore(0)));
  }
}

const BOUND = 1;

/**
 * A semaphore that never has more permits than at first: one release too many is an error. Python:
 * `multiprocessing.BoundedSemaphore`, whose check works here on every system.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from "@manyhands/manyhands";
 *
 * const places = new BoundedSemaphore(3);
 * const guard = await places.acquire();
 * guard.release();
 * try {
 *   places.release();
 * } catch (error) {
 *   console.log((error as { code: string }).code); // ERR_TOO_MANY_RELEASES
 * }
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  /**
   * Makes a semaphore with `permits` free permits, and no more ever.
   *
   * @throws {RangeError} if that is no whole number from 0 to 2^30 - 1.
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor(permits: number = 1) {
    super(permits);
    if (permits > 0) this.words[BOUND] = permits;
  }

  /** As many as at first. */
  protected override get largest(): number {
    return this.words[BOUND]!;
  }

  static {
    registerSynchroniser(
      "BoundedSemaphore",
      BoundedSemaphore,
      () => 0,
      (_, attach) => attach(() => new BoundedSemaphore(0)),
    );
  }
}

function checkPermits(permits: number, least: number): void {
  if (Number.isInteger(permits) && permits >= least && permits <= LARGEST) return;
  throw new RangeError(`Permits of a semaphore must be a whole number from ${least} to ${LARGEST}, got ${permits}`);
}
