import { OWNER_DEATHS } from "./heap_layout.ts";
import { installBlock } from "./install_block.ts";
import { CONTROL_OFFSET, typedView } from "./linear_memory.ts";

// A block: the offset of the next one, then a bit an owner.
const BLOCK_WORDS = 1024;
const OWNERS_PER_BLOCK = (BLOCK_WORDS - 1) * 32;

/**
 * Notes in the shared memory that the thread `owner` (its `heapOwner()`) has ended, so that whoever waits for what it held
 * can tell. Call it only when the thread is surely gone.
 */
export function recordOwnerDeath(owner: number): void {
  if (owner === 0) return;
  const { words, index, bit } = placeOf(owner, blockOf(owner, true)!);
  Atomics.or(words, index, bit);
}

// Blocks never move, so this thread keeps those that it has seen.
const blocks: Int32Array[] = [];
let first: Int32Array | undefined;

/** Whether the thread `owner` is known to have ended. */
export function isOwnerDead(owner: number): boolean {
  const block = blockOf(owner, false);
  if (block === undefined) return false;
  const { words, index, bit } = placeOf(owner, block);
  return (Atomics.load(words, index) & bit) !== 0;
}

function placeOf(owner: number, words: Int32Array): { words: Int32Array; index: number; bit: number } {
  const within = owner % OWNERS_PER_BLOCK;
  return { words, index: 1 + (within >>> 5), bit: 1 << (within & 31) };
}

function blockOf(owner: number, isWanted: boolean): Int32Array | undefined {
  const number = Math.floor(owner / OWNERS_PER_BLOCK);
  const known = blocks[number];
  if (known !== undefined) return known;
  let link = first ??= typedView(Int32Array, CONTROL_OFFSET + OWNER_DEATHS * 4, 1);
  for (let at = 0; at <= number; at++) {
    if (!isWanted && Atomics.load(link, 0) === 0) return undefined;
    link = blocks[at] ??= typedView(Int32Array, installBlock(link, 0, BLOCK_WORDS * 4), BLOCK_WORDS);
  }
  return link;
}
