import type { FreeLists } from "./free_lists.ts";
import {
  ARENA_BYTES,
  ARENA_NEXT,
  ARENAS,
  CAPACITY,
  freeMark,
  IN_USE,
  MARK,
  NEWEST_ARENA,
  SIZE,
  SIZE_BEFORE,
  UNIT,
  USED,
  USED_BLOCKS,
  usedMark,
} from "./heap_layout.ts";
import { CONTROL } from "./linear_memory.ts";

/**
 * Makes marks, links, free lists and counters anew from the size words of all blocks, whatever a thread that died
 * inside the allocator left of them. A block that the thread took and never got stays in use. Needs the heap's lock.
 */
export function rebuildHeap(words: Uint32Array, lists: FreeLists): void {
  lists.clear();
  words.fill(0, CONTROL + CAPACITY, CONTROL + USED_BLOCKS + 1);
  words[CONTROL + ARENAS] = 0;
  for (let arena = words[CONTROL + NEWEST_ARENA]; arena !== 0; arena = words[(arena >>> 2) + ARENA_NEXT]) {
    words[CONTROL + ARENAS]++;
    rebuildArena(words, lists, arena);
  }
}

function rebuildArena(words: Uint32Array, lists: FreeLists, arena: number): void {
  const endMark = arena + words[(arena >>> 2) + ARENA_BYTES] - UNIT;
  let block = arena + UNIT;
  let sizeBefore = 0;
  while (block < endMark) {
    const index = block >>> 2;
    const isUsed = (words[index + SIZE] & IN_USE) !== 0;
    const size = isUsed ? words[index + SIZE] - IN_USE : freeRun(words, block, endMark);
    words[CONTROL + CAPACITY] += size;
    words[index + SIZE_BEFORE] = sizeBefore;
    if (isUsed) {
      words[index + MARK] = usedMark(block);
      words[CONTROL + USED] += size;
      words[CONTROL + USED_BLOCKS]++;
    } else {
      words[index + MARK] = freeMark(block);
      words[index + SIZE] = size;
      lists.add(block);
    }
    sizeBefore = size;
    block += size;
  }
  words.set([IN_USE, sizeBefore, 0, 0], endMark >>> 2);
}

/** Bytes of a free block and of the free blocks that follow it without a gap. */
function freeRun(words: Uint32Array, block: number, endMark: number): number {
  let end = block;
  while (end < endMark && (words[(end >>> 2) + SIZE] & IN_USE) === 0) end += words[(end >>> 2) + SIZE];
  return end - block;
}
