import { ManyhandsError } from "../core/errors.ts";
import { heapOwner } from "../memory/allocator.ts";
import { Acquirable } from "./acquirable.ts";
import { LockWord } from "./lock_word.ts";
import { registerSynchroniser } from "./synchroniser.ts";

const DEPTH = 1;

/**
 * A lock that its owner may acquire again; it is free when it was released as often. Python: `multiprocessing.RLock`. The
 * owner is the thread: all that runs in one process counts as one, also functions that wait for each other in turns. To
 * keep those apart use a {@linkcode Lock}.
 *
 * When a worker ends while it holds the lock, every `acquire` fails with {@linkcode OwnerDiedError} until
 * {@linkcode RLock.recover}.
 *
 * @example
 * ```ts
 * import { RLock } from "@manyhands/manyhands";
 *
 * const lock = new RLock();
 * const outer = lock.acquireSync();
 * const inner = lock.acquireSync();
 * inner.release();
 * console.log(lock.locked()); // true
 * outer.release();
 * ```
 */
export class RLock extends Acquirable {
  readonly #word: LockWord;

  /**
   * Makes a lock that nobody holds.
   *
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor() {
    super();
    this.#word = new LockWord(this.words, 0, heapOwner());
  }

  /** Whether some process holds it. */
  locked(): boolean {
    void this.words;
    return this.#word.holder !== 0;
  }

  /** Whether this process holds it. */
  isOwned(): boolean {
    void this.words;
    return this.#word.isOwn;
  }

  /**
   * Takes back one `acquire` of this process; the last one frees the lock.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_OWNER` if this process does not hold it. Python: AssertionError.
   */
  release(): void {
    if (!this.isOwned()) {
      throw new ManyhandsError("ERR_NOT_OWNER", "Cannot release an RLock that this process does not hold");
    }
    // Only the owner touches the depth.
    if (--this.words[DEPTH]! === 0) this.#word.release();
  }

  /** Frees the lock after its owner died: what it guards is in order again. False if there was nothing to recover. */
  recover(): boolean {
    void this.words;
    return this.#word.recover();
  }

  /** Who holds it, and how often. */
  protected override describe(): string {
    const count = this.#word.holder === 0 ? 0 : this.words[DEPTH]!;
    return `owner=${this.#word.ownerText} count=${count}`;
  }

  /** One look at its word; see `Acquirable`. */
  protected override look(): number | undefined {
    const { words } = this;
    if (this.#word.isOwn) {
      words[DEPTH]!++;
      return undefined;
    }
    const seen = this.#word.look();
    if (seen === undefined) words[DEPTH] = 1;
    return seen;
  }

  static {
    registerSynchroniser("RLock", RLock, () => 0, (_, attach) => attach(() => new RLock()));
  }
}
