import { blockSerial } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";
import { LockWord } from "./lock_word.ts";

// The serials of all locks that were made or received here, by the offset of their block. Those freed since are dropped
// when they are looked through: it is by what passes through a host that workers come by a lock, so it knows all theirs.
const serials: Map<number, number> = new Map();
const SWEEP_AT = 1024;
let sweepAt = SWEEP_AT;

/** Remembers a lock, whose word is the first of its block. */
export function rememberLock(byteOffset: number, serial: number): void {
  serials.set(byteOffset, serial);
  if (serials.size < sweepAt) return;
  sweep();
  sweepAt = Math.max(SWEEP_AT, 2 * serials.size);
}

/** Marks all locks as abandoned that the thread `owner` held when it ended; how many. Call it after the thread's end. */
export function abandonLocks(owner: number): number {
  if (owner === 0) return 0;
  sweep();
  let abandoned = 0;
  for (const byteOffset of serials.keys()) {
    if (new LockWord(typedView(Int32Array, byteOffset, 1), 0, 0).abandon(owner)) abandoned++;
  }
  return abandoned;
}

function sweep(): void {
  for (const [byteOffset, serial] of serials) if (blockSerial(byteOffset) !== serial) serials.delete(byteOffset);
}
