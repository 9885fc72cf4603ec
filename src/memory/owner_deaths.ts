import { OWNER_DEATH_BELL, OWNER_DEATHS } from "./heap_layout.ts";
import { installBlock } from "./install_block.ts";
import { CONTROL_OFFSET, typedView } from "./linear_memory.ts";

// A block: the offset of the next one, then two bits an owner.
const BLOCK_WORDS = 1024;
const OWNERS_PER_WORD = 16;
const OWNERS_PER_BLOCK = (BLOCK_WORDS - 1) * OWNERS_PER_WORD;

const DEAD = 1;
/** It was given up, and may still read and write where it has a view. */
const LINGERS = 2;

/**
 * Notes in the shared memory that the thread `owner` (its `heapOwner()`) has ended, so that whoever waits for what it held
 * can tell. Call it only when the thread is gone, or, where it `mayLinger`, begins nothing any more that others can see.
 */
export function recordOwnerDeath(owner: number, mayLinger = false): void {
  if (owner === 0) return;
  const { words, index, shift } = placeOf(owner, blockOf(owner, true)!);
  Atomics.or(words, index, (mayLinger ? DEAD | LINGERS : DEAD) << shift);
  if (!mayLinger) Atomics.and(words, index, ~(LINGERS << shift));
  const bell = ownerDeathBell();
  Atomics.add(bell.words, bell.index, 1);
  Atomics.notify(bell.words, bell.index);
}

/** A word that is changed and notified after each death. */
export function ownerDeathBell(): { readonly words: Int32Array; readonly index: number } {
  return { words: controlWords(), index: OWNER_DEATH_BELL };
}

/** Whether the thread `owner` is known to have ended, or was given up. */
export function isOwnerDead(owner: number): boolean {
  return (bitsOf(owner) & DEAD) !== 0;
}

/** Whether the thread `owner` is known to have ended, so that memory into which it has views may be used anew. */
export function isOwnerGone(owner: number): boolean {
  return (bitsOf(owner) & (DEAD | LINGERS)) === DEAD;
}

function bitsOf(owner: number): number {
  const block = blockOf(owner, false);
  if (block === undefined) return 0;
  const { words, index, shift } = placeOf(owner, block);
  return Atomics.load(words, index) >>> shift;
}

function placeOf(owner: number, words: Int32Array): { words: Int32Array; index: number; shift: number } {
  const within = owner % OWNERS_PER_BLOCK;
  const index = 1 + Math.floor(within / OWNERS_PER_WORD);
  return { words, index, shift: (within % OWNERS_PER_WORD) * 2 };
}

// Blocks never move, so this thread keeps those that it has seen.
const blocks: Int32Array[] = [];
let control: Int32Array | undefined;

function controlWords(): Int32Array {
  return control ??= typedView(Int32Array, CONTROL_OFFSET, 16);
}

function blockOf(owner: number, isWanted: boolean): Int32Array | undefined {
  const number = Math.floor(owner / OWNERS_PER_BLOCK);
  const known = blocks[number];
  if (known !== undefined) return known;
  let [link, index] = [controlWords(), OWNER_DEATHS as number];
  for (let at = 0; at <= number; at++) {
    if (!isWanted && Atomics.load(link, index) === 0) return undefined;
    link = blocks[at] ??= typedView(Int32Array, installBlock(link, index, BLOCK_WORDS * 4), BLOCK_WORDS);
    index = 0;
  }
  return link;
}
