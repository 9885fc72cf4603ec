import { ManyhandsError, OutOfMemoryError } from "../core/errors.ts";
import { FreeLists, roomyClass, sizeClass } from "./free_lists.ts";
import { HeapLock } from "./heap_lock.ts";
import { rebuildHeap } from "./heap_recovery.ts";
import {
  ARENA_BYTES,
  ARENAS,
  CAPACITY,
  FREE_BLOCKS,
  freeMark,
  HEAP_END,
  IN_USE,
  LAST_SERIAL,
  MARK,
  MINIMUM_BLOCK,
  NEWEST_ARENA,
  SERIAL,
  SIZE,
  SIZE_BEFORE,
  UNIT,
  USED,
  USED_BLOCKS,
  usedMark,
} from "./heap_layout.ts";
import { CONTROL, CONTROL_OFFSET, currentBuffer, PAGE_BYTES } from "./linear_memory.ts";

const ADDRESSABLE_BYTES = 2 ** 32;
const LEAST_GROWTH = 1 << 20;
const MOST_EXTRA_GROWTH = 16 << 20;
const LONGEST_LOOK = 8;

/** State of the heap. Sizes are in bytes and count each block with its 16-byte header; `used + free === capacity`. */
export interface HeapAccounting {
  /** Bytes of all blocks. */
  readonly capacity: number;
  /** Bytes of the blocks in use. */
  readonly used: number;
  /** Bytes of the free blocks. */
  readonly free: number;
  /** Number of blocks in use. */
  readonly blocks: number;
  /** Number of free blocks; neighbours are always merged. */
  readonly freeBlocks: number;
  /** Number of separate stretches of memory that the heap got. */
  readonly arenas: number;
}

/**
 * One thread's access to the heap of a shared memory. Several heaps, in one thread or in several, on one memory are one
 * heap: see heap_layout.ts for what lies where. Arguments are checked by the caller.
 */
export class Heap {
  readonly #memory: WebAssembly.Memory;
  readonly #lock: HeapLock;
  readonly #lists: FreeLists;
  #words: Uint32Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#lock = new HeapLock(memory);
    this.#words = new Uint32Array(memory.buffer);
    this.#lists = new FreeLists(this.#words);
  }

  /** Number under which this thread takes the heap's lock. */
  get owner(): number {
    return this.#lock.owner;
  }

  /** Byte offset of a new block of at least `bytes`, a multiple of `alignment` (a power of two, at least 16). */
  allocate(bytes: number, alignment: number): number {
    const size = Math.max(MINIMUM_BLOCK, Math.ceil(bytes / UNIT) * UNIT + UNIT);
    return this.#locked(() => {
      const block = this.#find(size, alignment) || this.#grow(size, alignment);
      return this.#take(block, size, alignment) + UNIT;
    });
  }

  /** Gives a block back, named by its payload's offset. */
  free(payload: number): void {
    const block = payload - UNIT;
    this.#locked(() => {
      const mark = this.#markOf(payload);
      if (mark === freeMark(block)) {
        throw new ManyhandsError("ERR_DOUBLE_FREE", `Block at byte ${payload} of the linear memory is freed twice`);
      }
      if (mark !== usedMark(block)) {
        throw new RangeError(`Cannot free byte ${payload} of the linear memory: no block in use starts there`);
      }
      this.#giveBack(block);
    });
  }

  /** Gives a block back if it is still the one that had `serial`; false if it was given back before. */
  freeIf(payload: number, serial: number): boolean {
    return this.#locked(() => {
      const isSame = this.#serialOf(payload) === serial;
      if (isSame) this.#giveBack(payload - UNIT);
      return isSame;
    });
  }

  /** Serial of the block in use whose payload starts there, 0 if none does. No two blocks have the same in 2^32. */
  serial(payload: number): number {
    return this.#locked(() => this.#serialOf(payload));
  }

  /** The state at one moment. */
  accounting(): HeapAccounting {
    return this.#locked(() => {
      const control = this.#words.subarray(CONTROL, CONTROL + 16);
      const capacity = control[CAPACITY];
      const used = control[USED];
      return {
        capacity,
        used,
        free: capacity - used,
        blocks: control[USED_BLOCKS],
        freeBlocks: control[FREE_BLOCKS],
        arenas: control[ARENAS],
      };
    });
  }

  /**
   * Runs `section` on the words of the whole memory while no other thread does so, nor changes the heap. If its thread
   * dies, others go on, so each of its writes must leave a state to go on from. It must not allocate or free.
   */
  exclusively<R>(section: (words: Uint32Array) => R): R {
    return this.#locked(() => section(this.#words));
  }

  /**
   * Repairs the heap after the end of a thread: if `owner` held the lock, rebuilds everything from the blocks' size
   * words and gives the lock back. True if there was something to repair.
   */
  recover(owner: number): boolean {
    if (!this.#lock.takeOver(owner)) return false;
    try {
      this.#refresh();
      rebuildHeap(this.#words, this.#lists);
    } finally {
      this.#lock.release();
    }
    return true;
  }

  /** What lies where the mark of a block with this payload would be; undefined where there can be no block. */
  #markOf(payload: number): number | undefined {
    const isPossible = payload % UNIT === 0 && payload > CONTROL_OFFSET + UNIT &&
      payload < this.#words[CONTROL + HEAP_END];
    return isPossible ? this.#words[((payload - UNIT) >>> 2) + MARK] : undefined;
  }

  #serialOf(payload: number): number {
    const isUsed = this.#markOf(payload) === usedMark(payload - UNIT);
    return isUsed ? this.#words[((payload - UNIT) >>> 2) + SERIAL] : 0;
  }

  #locked<R>(section: () => R): R {
    this.#lock.acquire();
    try {
      this.#refresh();
      return section();
    } finally {
      this.#lock.release();
    }
  }

  // Another thread may have grown the heap beyond this thread's view.
  #refresh(): void {
    const end = this.#words[CONTROL + HEAP_END];
    if (this.#words.byteLength >= end) return;
    this.#words = new Uint32Array(currentBuffer(this.#memory, end));
    this.#lists.renew(this.#words);
  }

  /** A free block that can hold `size` at `alignment`, 0 if there is none. */
  #find(size: number, alignment: number): number {
    const roomy = alignment === UNIT ? size : size + alignment + UNIT;
    if (roomy >= ADDRESSABLE_BYTES) return 0;
    // A short look into the class of exactly this size finds a block of the same size that was freed before.
    return this.#look(sizeClass(size), size, alignment, LONGEST_LOOK) ||
      this.#lists.firstFrom(roomyClass(roomy)) ||
      this.#search(size, alignment, sizeClass(roomy));
  }

  /** The last means before growing: every block of the classes whose blocks may or may not be large enough. */
  #search(size: number, alignment: number, lastClass: number): number {
    for (let list = sizeClass(size); list <= lastClass; list++) {
      const block = this.#look(list, size, alignment, Infinity);
      if (block !== 0) return block;
    }
    return 0;
  }

  #look(list: number, size: number, alignment: number, limit: number): number {
    let block = this.#lists.first(list);
    for (let looked = 0; block !== 0 && looked < limit; looked++) {
      if (gapBefore(block, alignment) + size <= this.#words[(block >>> 2) + SIZE]) return block;
      block = this.#lists.next(block);
    }
    return 0;
  }

  /** Cuts a block in use of `size` out of a free one, at the first place where its payload is aligned. */
  #take(free: number, size: number, alignment: number): number {
    const words = this.#words;
    this.#lists.remove(free);
    const gap = gapBefore(free, alignment);
    const block = free + gap;
    if (gap > 0) {
      this.#split(free, gap);
      this.#lists.add(free);
    }
    const index = block >>> 2;
    if (words[index + SIZE] - size >= MINIMUM_BLOCK) {
      this.#split(block, size);
      this.#lists.add(block + size);
    }
    words[index + MARK] = usedMark(block);
    words[index + SERIAL] = ++words[CONTROL + LAST_SERIAL];
    words[CONTROL + USED] += words[index + SIZE];
    words[CONTROL + USED_BLOCKS]++;
    words[index + SIZE] |= IN_USE;
    return block;
  }

  /** Divides a block outside the lists into one of `size` and a free rest. */
  #split(block: number, size: number): void {
    const words = this.#words;
    const whole = words[(block >>> 2) + SIZE];
    const rest = block + size;
    words[(rest >>> 2) + SIZE] = whole - size;
    words[(rest >>> 2) + SIZE_BEFORE] = size;
    words[(rest >>> 2) + MARK] = freeMark(rest);
    words[((block + whole) >>> 2) + SIZE_BEFORE] = whole - size;
    words[(block >>> 2) + SIZE] = size;
  }

  #giveBack(block: number): void {
    const words = this.#words;
    const index = block >>> 2;
    words[index + SIZE] &= ~IN_USE;
    words[index + MARK] = freeMark(block);
    words[CONTROL + USED] -= words[index + SIZE];
    words[CONTROL + USED_BLOCKS]--;
    this.#merge(block);
  }

  /** Joins a free block outside the lists with its free neighbours and lists the result. */
  #merge(block: number): number {
    const words = this.#words;
    const before = block - words[(block >>> 2) + SIZE_BEFORE];
    const after = block + words[(block >>> 2) + SIZE];
    if ((words[(after >>> 2) + SIZE] & IN_USE) === 0) {
      this.#lists.remove(after);
      this.#swallow(block, after);
    }
    let merged = block;
    if (before !== block && (words[(before >>> 2) + SIZE] & IN_USE) === 0) {
      this.#lists.remove(before);
      this.#swallow(before, block);
      merged = before;
    }
    this.#lists.add(merged);
    return merged;
  }

  #swallow(block: number, after: number): void {
    const words = this.#words;
    const size = words[(block >>> 2) + SIZE] + words[(after >>> 2) + SIZE];
    words[(block >>> 2) + SIZE] = size;
    words[((block + size) >>> 2) + SIZE_BEFORE] = size;
  }

  /** Gets more pages and returns a free block that holds `size` at `alignment`. */
  #grow(size: number, alignment: number): number {
    const needed = toPages(size + (alignment === UNIT ? 0 : alignment + UNIT) + 2 * UNIT);
    const extra = Math.min(Math.max(LEAST_GROWTH, this.#words[CONTROL + CAPACITY] / 4), MOST_EXTRA_GROWTH);
    const start = this.#growBy(Math.max(needed, toPages(extra))) || this.#growBy(needed);
    if (start === 0) {
      const capacity = this.#words[CONTROL + CAPACITY];
      throw new OutOfMemoryError(
        `Cannot allocate ${size - UNIT} bytes of linear memory: it has ${this.#memory.buffer.byteLength} bytes and ` +
          `cannot grow by ${needed * PAGE_BYTES}; ${
            capacity - this.#words[CONTROL + USED]
          } of the heap's ${capacity} ` +
          `bytes are free`,
      );
    }
    return this.#addArena(start);
  }

  /** Offset of `pages` new pages at the end of the memory, 0 if it cannot grow that far. */
  #growBy(pages: number): number {
    try {
      const start = this.#memory.grow(pages) * PAGE_BYTES;
      this.#words[CONTROL + HEAP_END] = start + pages * PAGE_BYTES;
      this.#refresh();
      return start;
    } catch (error) {
      if (error instanceof RangeError) return 0;
      throw error;
    }
  }

  /** Makes one free block of the pages from `start` to the heap's end. */
  #addArena(start: number): number {
    const words = this.#words;
    const bytes = words[CONTROL + HEAP_END] - start;
    const newest = words[CONTROL + NEWEST_ARENA];
    const endMark = start + bytes - UNIT;
    words.set([IN_USE, 0, 0, 0], endMark >>> 2);
    if (newest !== 0 && newest + words[(newest >>> 2) + ARENA_BYTES] === start) {
      // The pages follow the newest arena: its end mark becomes the header of the block.
      const block = start - UNIT;
      words[(endMark >>> 2) + SIZE_BEFORE] = bytes;
      words[(block >>> 2) + MARK] = freeMark(block);
      words[(block >>> 2) + SIZE] = bytes;
      words[(newest >>> 2) + ARENA_BYTES] += bytes;
      words[CONTROL + CAPACITY] += bytes;
      return this.#merge(block);
    }
    const block = start + UNIT;
    const size = bytes - 2 * UNIT;
    words.set([size, 0, freeMark(block), 0], block >>> 2);
    words[(endMark >>> 2) + SIZE_BEFORE] = size;
    words.set([bytes, newest, 0, 0], start >>> 2);
    words[CONTROL + NEWEST_ARENA] = start;
    words[CONTROL + CAPACITY] += size;
    words[CONTROL + ARENAS]++;
    this.#lists.add(block);
    return block;
  }
}

/** Bytes to leave free at the start of a free block so that the payload after them is aligned: 0 or a whole block. */
function gapBefore(block: number, alignment: number): number {
  const payload = block + UNIT;
  const over = payload % alignment;
  if (over === 0) return 0;
  const gap = alignment - over;
  return gap >= MINIMUM_BLOCK ? gap : gap + alignment;
}

function toPages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}
