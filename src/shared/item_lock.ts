import { decodeWired, encodeWired, type WiredForm, wireTypeByTag } from "../core/wire.ts";
import { blockSerial, freeIf } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { Lock } from "../sync/lock.ts";
import { RLock } from "../sync/rlock.ts";
import type { WireBlock } from "../sync/synchroniser.ts";

/**
 * Which lock goes with shared items: `true` (the default) an {@linkcode RLock} of their own, a {@linkcode Lock} or an
 * `RLock` that one, `false` none.
 */
export type LockOption = boolean | Lock | RLock;

/** How a {@linkcode LockOption} crosses to another process. */
export type LockForm = boolean | WiredForm;

/**
 * The option as it was given, `true` where it was not.
 *
 * @throws {TypeError} if it is neither a boolean nor a lock.
 */
export function checkedLock(option: LockOption | undefined = true): LockOption {
  if (typeof option === "boolean" || option instanceof Lock || option instanceof RLock) return option;
  const found = typeof option === "string" ? JSON.stringify(option) : String(option);
  throw new TypeError(`Option lock must be a boolean, a Lock or an RLock, got ${found}`);
}

/** What to send for {@linkcode receivedLock}. */
export function sentLock(lock: LockOption): LockForm {
  return typeof lock === "boolean" ? lock : encodeWired(lock);
}

/** The lock that was sent. */
export function receivedLock(form: LockForm): LockOption {
  return typeof form === "boolean" ? form : decodeWired(form) as Lock | RLock;
}

/**
 * The one lock of items whose word at `wordOffset` of the linear memory says where it lies, 0 until some process asks for
 * it first. So items whose lock nobody uses pay for the word only. The lock is freed with the items, not by itself.
 */
export function ownLock(wordOffset: number): RLock {
  const word = typedView(Uint32Array, wordOffset, 1);
  const wireType = wireTypeByTag("RLock")!;
  let lockOffset = Atomics.load(word, 0);
  if (lockOffset === 0) {
    const made = new RLock();
    const [[byteOffset]] = wireType.encode(made) as readonly [WireBlock, unknown];
    lockOffset = Atomics.compareExchange(word, 0, 0, byteOffset);
    if (lockOffset === 0) return made;
    made.dispose();
  }
  return wireType.decode([[lockOffset, blockSerial(lockOffset)], 0]) as RLock;
}

/** Frees a block of items, if it is still the one with `serial`, and the lock that {@linkcode ownLock} made for them. */
export function freeWithLock(byteOffset: number, serial: number, wordOffset: number): void {
  // Read before the block is given back; what is read from a block that others have by now is not used.
  const lockOffset = Atomics.load(typedView(Uint32Array, wordOffset, 1), 0);
  const lockSerial = blockSerial(lockOffset);
  if (freeIf(byteOffset, serial) && lockOffset !== 0) freeIf(lockOffset, lockSerial);
}
