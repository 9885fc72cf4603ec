import { ManyhandsError } from "../core/errors.ts";
import { heapOwner } from "../memory/allocator.ts";
import { processOwner } from "../memory/lock_owner.ts";
import { Acquirable } from "./acquirable.ts";
import { LockWord } from "./lock_word.ts";
import { registerSynchroniser } from "./synchroniser.ts";

const DEPTH = 1;

/**
 * A lock that its owner may acquire again; it is free when it was released as often. Python: `multiprocessing.RLock`. The
 * owner is the process: all that runs in it counts as one, also functions that wait for each other in turns. To
 * keep those apart use a {@linkcode Lock}.
 *
 * When a process ends while it holds the lock, every `acquire` fails with {@linkcode OwnerDiedError} until
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
    return this.#live().holder !== 0;
  }

  /** Whether this process holds it. */
  isOwned(): boolean {
    return this.#live().isOwn;
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
    if (--this.words[DEPTH]! === 0) this.#live().release();
  }

  /** Frees the lock after its owner died: what it guards is in order again. False if there was nothing to recover. */
  recover(): boolean {
    return this.#live().recover();
  }

  /** Who holds it, and how often. */
  protected override describe(): string {
    const word = this.#live();
    const count = word.holder === 0 ? 0 : this.words[DEPTH]!;
    return `owner=${word.ownerText} count=${count}`;
  }

  /** One look at its word; see `Acquirable`. */
  protected override look(): number | undefined {
    const [{ words }, word] = [this, this.#live()];
    if (word.isOwn) {
      words[DEPTH]!++;
      return undefined;
    }
    const seen = word.look();
    if (seen === undefined) words[DEPTH] = 1;
    return seen;
  }

  #live(): LockWord {
    const { words } = this;
    const owner = processOwner();
    return owner === 0 ? this.#word : new LockWord(words, 0, owner);
  }

  static {
    registerSynchroniser("RLock", RLock, () => 0, (_, attach) => attach(() => new RLock()));
  }
}
