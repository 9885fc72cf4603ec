import { CONTROL } from "./linear_memory.ts";
import {
  FIRST_LEVEL_MAP,
  FIRST_LEVELS,
  FREE_BLOCKS,
  FREE_LISTS,
  NEXT_FREE,
  PREVIOUS_FREE,
  SECOND_LEVEL_MAPS,
  SECOND_LEVELS,
  SIZE,
} from "./heap_layout.ts";

const SECOND_LEVEL_BITS = 4;
const SMALL_LOG2 = 8;

/** Number of the size class of a block: its list holds the sizes from this class's least to the next one's. */
export function sizeClass(size: number): number {
  if (size < 1 << SMALL_LOG2) return size >>> SECOND_LEVEL_BITS;
  const log2 = 31 - Math.clz32(size);
  const part = (size >>> (log2 - SECOND_LEVEL_BITS)) & (SECOND_LEVELS - 1);
  return (log2 - SMALL_LOG2 + 1) * SECOND_LEVELS + part;
}

/** The first class of which every block has at least `size` bytes; it may lie beyond the last one. */
export function roomyClass(size: number): number {
  if (size < 1 << SMALL_LOG2) return sizeClass(size);
  const log2 = 31 - Math.clz32(size);
  const step = 2 ** (log2 - SECOND_LEVEL_BITS);
  return size % step === 0 ? sizeClass(size) : sizeClass(size) + 1;
}

/** Two-level segregated free lists: finding, adding and removing a block take constant time. */
export class FreeLists {
  #words: Uint32Array;

  /** `words` are those of the whole shared memory. */
  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** Uses a longer view of the same memory from now on. */
  renew(words: Uint32Array): void {
    this.#words = words;
  }

  /** First free block of a class, 0 if there is none. */
  first(sizeClass: number): number {
    return this.#words[CONTROL + FREE_LISTS + sizeClass];
  }

  /** The free block after `block` in its list, 0 at the end. */
  next(block: number): number {
    return this.#words[(block >>> 2) + NEXT_FREE];
  }

  /** First block of the smallest class from `least` on that has one, 0 if none has. */
  firstFrom(least: number): number {
    const level = least >>> SECOND_LEVEL_BITS;
    if (level >= FIRST_LEVELS) return 0;
    const words = this.#words;
    const parts = words[CONTROL + SECOND_LEVEL_MAPS + level] & (~0 << (least & (SECOND_LEVELS - 1)));
    if (parts !== 0) return this.first(level * SECOND_LEVELS + lowestBit(parts));
    const levels = words[CONTROL + FIRST_LEVEL_MAP] & (~0 << (level + 1));
    if (levels === 0) return 0;
    const higher = lowestBit(levels);
    return this.first(higher * SECOND_LEVELS + lowestBit(words[CONTROL + SECOND_LEVEL_MAPS + higher]));
  }

  /** Puts a block whose size word is set at the head of its list. */
  add(block: number): void {
    const words = this.#words;
    const index = block >>> 2;
    const list = sizeClass(words[index + SIZE]);
    const head = this.first(list);
    words[index + NEXT_FREE] = head;
    words[index + PREVIOUS_FREE] = 0;
    if (head !== 0) words[(head >>> 2) + PREVIOUS_FREE] = block;
    words[CONTROL + FREE_LISTS + list] = block;
    words[CONTROL + FIRST_LEVEL_MAP] |= 1 << (list >>> SECOND_LEVEL_BITS);
    words[CONTROL + SECOND_LEVEL_MAPS + (list >>> SECOND_LEVEL_BITS)] |= 1 << (list & (SECOND_LEVELS - 1));
    words[CONTROL + FREE_BLOCKS]++;
  }

  /** Takes a block out of its list, before its size changes. */
  remove(block: number): void {
    const words = this.#words;
    const index = block >>> 2;
    const next = words[index + NEXT_FREE];
    const previous = words[index + PREVIOUS_FREE];
    words[CONTROL + FREE_BLOCKS]--;
    if (next !== 0) words[(next >>> 2) + PREVIOUS_FREE] = previous;
    if (previous !== 0) {
      words[(previous >>> 2) + NEXT_FREE] = next;
      return;
    }
    const list = sizeClass(words[index + SIZE]);
    words[CONTROL + FREE_LISTS + list] = next;
    if (next !== 0) return;
    const level = list >>> SECOND_LEVEL_BITS;
    const parts = words[CONTROL + SECOND_LEVEL_MAPS + level] & ~(1 << (list & (SECOND_LEVELS - 1)));
    words[CONTROL + SECOND_LEVEL_MAPS + level] = parts;
    if (parts === 0) words[CONTROL + FIRST_LEVEL_MAP] &= ~(1 << level);
  }

  /** Forgets every block. */
  clear(): void {
    this.#words.fill(0, CONTROL + FREE_LISTS, CONTROL + FREE_LISTS + FIRST_LEVELS * SECOND_LEVELS);
    this.#words.fill(0, CONTROL + SECOND_LEVEL_MAPS, CONTROL + SECOND_LEVEL_MAPS + FIRST_LEVELS);
    this.#words[CONTROL + FIRST_LEVEL_MAP] = 0;
    this.#words[CONTROL + FREE_BLOCKS] = 0;
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
