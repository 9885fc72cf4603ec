import { heapOwner } from "../memory/allocator.ts";
import { processOwner } from "../memory/lock_owner.ts";
import { Acquirable } from "./acquirable.ts";
import { LockWord } from "./lock_word.ts";
import { registerSynchroniser } from "./synchroniser.ts";

/**
 * A lock that one caller at a time holds, of all processes of the tree. Python: `multiprocessing.Lock`. It is not
 * recursive: who acquires it twice waits for itself. Whoever has it may release it, also another process.
 *
 * When a process ends while it holds the lock, the lock is abandoned: what it guards may be half done, so every `acquire`
 * fails with {@linkcode OwnerDiedError} until someone puts that right and calls {@linkcode Lock.recover}.
 *
 * @example
 * ```ts
 * import { Lock } from "@manyhands/manyhands";
 *
 * const lock = new Lock();
 * const guard = await lock.acquire();
 * console.log(lock.locked(), await lock.acquire({ timeout: 10 })); // true undefined
 * guard.release();
 * ```
 */
export class Lock extends Acquirable {
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

  /** Whether someone holds it. */
  locked(): boolean {
    return this.#live().holder !== 0;
  }

  /**
   * Frees the lock, whoever holds it.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_HELD` if nobody does. Python: ValueError.
   */
  release(): void {
    this.#live().release();
  }

  /** Frees the lock after its owner died: what it guards is in order again. False if there was nothing to recover. */
  recover(): boolean {
    return this.#live().recover();
  }

  /** Who holds it. */
  protected override describe(): string {
    return `owner=${this.#live().ownerText}`;
  }

  /** One look at its word; see `Acquirable`. */
  protected override look(): number | undefined {
    return this.#live().look();
  }

  #live(): LockWord {
    const { words } = this;
    const owner = processOwner();
    return owner === 0 ? this.#word : new LockWord(words, 0, owner);
  }

  static {
    registerSynchroniser("Lock", Lock, () => 0, (_, attach) => attach(() => new Lock()));
  }
}
