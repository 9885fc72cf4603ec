import { Heap, type HeapAccounting } from "./heap.ts";
import { UNIT } from "./heap_layout.ts";
import { heapBytes, linearMemory } from "./linear_memory.ts";
import { tellOwner } from "./owner_word.ts";

const MAXIMUM_ALIGNMENT = 65536;

let heap: Heap | undefined;

function sharedHeap(): Heap {
  if (heap === undefined) {
    heap = new Heap(linearMemory());
    tellOwner(heap.owner);
  }
  return heap;
}

/**
 * Takes `bytes` of the shared linear memory and returns the byte offset of the first. Any thread that has the memory
 * may {@linkcode free} them. They hold whatever was there before.
 *
 * `alignment` (bytes) is a power of two up to 65536; less than 16 counts as 16.
 *
 * ```ts ignore
 * const offset = allocate(1024, 64);
 * heapBytes().fill(0xff, offset, offset + 1024);
 * free(offset);
 * ```
 *
 * @throws {RangeError} if `bytes` is not a whole number from 0 on, or `alignment` no power of two up to 65536.
 * @throws {OutOfMemoryError} if neither the heap nor the rest of the 4 GiB has room.
 */
export function allocate(bytes: number, alignment: number = UNIT): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`Bytes to allocate must be a whole number from 0 on, got ${bytes}`);
  }
  if (!(alignment >= 1 && alignment <= MAXIMUM_ALIGNMENT) || !Number.isInteger(Math.log2(alignment))) {
    throw new RangeError(`Alignment must be a power of two from 1 to ${MAXIMUM_ALIGNMENT}, got ${alignment}`);
  }
  return sharedHeap().allocate(bytes, Math.max(alignment, UNIT));
}

/** As {@linkcode allocate}, with every byte 0. */
export function allocateZeroed(bytes: number, alignment: number = UNIT): number {
  const offset = allocate(bytes, alignment);
  heapBytes(offset + bytes).fill(0, offset, offset + bytes);
  return offset;
}

/**
 * Gives back what {@linkcode allocate} returned.
 *
 * @throws {ManyhandsError} with code `ERR_DOUBLE_FREE` if it was given back already.
 * @throws {RangeError} if `offset` is not one that `allocate` returned.
 */
export function free(offset: number): void {
  sharedHeap().free(offset);
}

/** Serial of the block that {@linkcode allocate} returned, by which {@linkcode freeIf} knows it; 0 if it is not in use. */
export function blockSerial(offset: number): number {
  return sharedHeap().serial(offset);
}

/** As {@linkcode free}, but only if the block at `offset` is still the one with `serial`; false if it is not. */
export function freeIf(offset: number, serial: number): boolean {
  return sharedHeap().freeIf(offset, serial);
}

/** Runs a short `section` on the words of the shared memory under the heap's lock: see `Heap.exclusively`. */
export function exclusively<R>(section: (words: Uint32Array) => R): R {
  return sharedHeap().exclusively(section);
}

/** State of the shared heap at one moment; sizes in bytes. */
export function accounting(): HeapAccounting {
  return sharedHeap().accounting();
}

/** Number under which this thread takes the heap's lock; tell it to whoever calls {@linkcode recoverHeap}. */
export function heapOwner(): number {
  return sharedHeap().owner;
}

/**
 * Repairs the heap after a thread was killed inside the allocator: gives its lock back and rebuilds the free lists.
 * `owner` is that thread's {@linkcode heapOwner}, 0 if it never used the heap. True if it held the lock. Call it only
 * after the thread has ended.
 */
export function recoverHeap(owner: number): boolean {
  return owner !== 0 && sharedHeap().recover(owner);
}
