/**
 * Where the heap keeps its state. All of it lies in the shared memory itself, so that every thread that has the memory
 * has the whole heap.
 *
 * ```text
 * page 0 .. 63      the WASM module: static data, stack
 * page 64           control page (words below)
 * page 65 ..        arenas of the heap and pages that the module's own allocator took, in the order of growth
 *
 * arena             | header 16 | block | block | … | end mark 16 |
 * arena header      [bytes of the arena] [offset of the next older arena or 0] [0] [0]
 * block             | header 16 | payload, a multiple of 16, at least 16 |
 * block header      [size, bit 0 = in use] [size of the block before, 0 = first] [mark] [serial]
 * free payload      [next free block] [previous free block] …
 * end mark          a block header of size 0, in use
 * ```
 *
 * Sizes are in bytes and include the header. A block's mark is a constant xor its own offset: it tells an offset that
 * `allocate` returned from any other. Its serial tells it from earlier blocks that lay at the same place. Offsets inside this folder are those of the header; callers see the payload's.
 *
 * What is in use and where a block ends is one word, and each change of it leaves a heap that can be walked from header
 * to header. So when a thread dies inside the allocator, everything else can be rebuilt from these words.
 * @module
 */

/** Bytes of a header, and the unit of sizes and the least alignment. */
export const UNIT: number = 16;

/** Bytes of the smallest block: a header and the two links of a free one. */
export const MINIMUM_BLOCK: number = 2 * UNIT;

/** Bit of the size word: the block is in use. */
export const IN_USE: number = 1;

/** Words of a block, from its header on. */
export const SIZE = 0;
export const SIZE_BEFORE = 1;
export const MARK = 2;
export const SERIAL = 3;
export const NEXT_FREE = 4;
export const PREVIOUS_FREE = 5;

/** Words of an arena's header. */
export const ARENA_BYTES = 0;
export const ARENA_NEXT = 1;

/** Words of the control page. Word 0 is the mark of the memory, which linear_memory.ts sets. */
export const LOCK = 1;
export const LOCK_WAITERS = 2;
export const LAST_OWNER = 3;
export const NEWEST_ARENA = 4;
export const HEAP_END = 5;
export const CAPACITY = 6;
export const USED = 7;
export const USED_BLOCKS = 8;
export const FREE_BLOCKS = 9;
export const ARENAS = 10;
export const LAST_SERIAL = 11;
/** Offset of the first block of `owner_deaths.ts`, 0 while no owner has died. */
export const OWNER_DEATHS = 12;
/** Offset of the table of `segment_table.ts`, 0 while there is none. */
export const SEGMENT_TABLE = 13;
/** Offset of the block in which threads leave requests for the thread that talks to the parent, 0 while there is none. */
export const REQUEST_LINE = 14;
/** Counts the owners that have died; whoever does so notifies. */
export const OWNER_DEATH_BELL = 15;
export const FIRST_LEVEL_MAP = 16;
/** Offset of the first record of `kernels/thread_records.ts`, 0 while there is none. */
export const KERNEL_THREADS = 17;
/** Offset of the first pipe of `queue/pipe_list.ts`, 0 while there is none. */
export const PIPES = 18;
export const SECOND_LEVEL_MAPS = 32;
export const FREE_LISTS = 64;

/** Size classes: a first level by powers of two, each cut into equal parts. Sizes below 256 bytes share the first. */
export const FIRST_LEVELS = 25;
export const SECOND_LEVELS = 16;

/** Mark of a block in use at `offset`. */
export function usedMark(offset: number): number {
  return (0x7573_6564 ^ offset) >>> 0;
}

/** Mark of a block that is free, or was when the block before swallowed it. */
export function freeMark(offset: number): number {
  return (0x6672_6565 ^ offset) >>> 0;
}
