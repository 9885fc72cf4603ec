import { ManyhandsError, OutOfMemoryError } from "../core/errors.ts";
import type { TypedArray, TypedArrayConstructor } from "./typed_array.ts";

/** Bytes of one page of WebAssembly memory. */
export const PAGE_BYTES: number = 65536;

/** The first pages belong to the WASM module: its static data and the main thread's stack. Nothing else writes there. */
export const MODULE_PAGES: number = 64;

/** Byte offset of the control page, which follows the module's pages. It describes the heap (see heap_layout.ts). */
export const CONTROL_OFFSET: number = MODULE_PAGES * PAGE_BYTES;

/** Index of the first 32-bit word of the control page. */
export const CONTROL: number = CONTROL_OFFSET >>> 2;

// One page less than 4 GiB, so that every offset, ends included, fits a 32-bit word.
const MAXIMUM_PAGES = 65535;

// First word of the control page: tells a memory of this module and layout from any other.
const MAGIC = 0x6d68_0001;

let current: WebAssembly.Memory | undefined;
let bytes: Uint8Array = new Uint8Array(0);
// Each growth gives the memory a new buffer; the ones before go on naming the same bytes.
const buffers: WeakSet<ArrayBufferLike> = new WeakSet();
let newestBuffer: ArrayBufferLike | undefined;

/**
 * A new shared memory with an empty heap: the module's pages and the control page.
 *
 * @throws {OutOfMemoryError} where the system does not let the runtime reserve the addresses of all its pages
 */
export function createLinearMemory(maximumPages: number = MAXIMUM_PAGES): WebAssembly.Memory {
  const memory = reserve(maximumPages);
  new Uint32Array(memory.buffer, CONTROL_OFFSET, 1)[0] = MAGIC;
  return memory;
}

function reserve(maximumPages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: MODULE_PAGES + 1, maximum: maximumPages, shared: true });
  } catch (cause) {
    throw new OutOfMemoryError(`Cannot reserve ${maximumPages * PAGE_BYTES} bytes of addresses for the shared memory`, {
      cause,
    });
  }
}

/**
 * The shared memory of this process tree. The main thread creates it at the first call; a worker calls
 * {@linkcode adoptLinearMemory} before, so that both see the same bytes.
 */
export function linearMemory(): WebAssembly.Memory {
  return current ??= createLinearMemory();
}

/**
 * Makes `memory` the shared memory of this thread. A worker calls it once, with the memory of the thread that started
 * it, before anything uses {@linkcode linearMemory}.
 *
 * @throws {ManyhandsError} with code `ERR_MEMORY_IN_USE` if this thread already uses another memory, with code
 * `ERR_MEMORY_LAYOUT` if `memory` was not made by this version of the module.
 */
export function adoptLinearMemory(memory: WebAssembly.Memory): void {
  if (current === memory) return;
  const buffer = memory.buffer;
  const isOurs = buffer.byteLength > CONTROL_OFFSET && new Uint32Array(buffer, CONTROL_OFFSET, 1)[0] === MAGIC;
  if (!isOurs) {
    throw new ManyhandsError(
      "ERR_MEMORY_LAYOUT",
      "Cannot adopt a linear memory: it has no control page of this version",
    );
  }
  if (current !== undefined) {
    throw new ManyhandsError("ERR_MEMORY_IN_USE", "Cannot adopt a linear memory: this thread already uses another one");
  }
  current = memory;
}

/**
 * The buffer of `memory`, at least `end` bytes long. The `buffer` of a shared memory keeps its length when the memory
 * grows, and a growth in another thread may not have shown here yet: growing by nothing brings it up to date.
 *
 * @throws {RangeError} if the memory has fewer than `end` bytes.
 */
export function currentBuffer(memory: WebAssembly.Memory, end = 0): ArrayBufferLike {
  if (memory.buffer.byteLength < end) {
    memory.grow(0);
    const found = memory.buffer.byteLength;
    if (found < end) throw new RangeError(`Linear memory ends at byte ${found}, expected at least ${end}`);
  }
  return memory.buffer;
}

/**
 * The whole shared memory as bytes. The view is kept and renewed when the memory has grown, so call this for each use
 * instead of keeping the result. `end` (bytes) makes sure that the view reaches that far.
 *
 * @throws {RangeError} if the memory has fewer than `end` bytes.
 */
export function heapBytes(end = 0): Uint8Array {
  const buffer = currentBuffer(linearMemory(), end);
  if (bytes.buffer !== buffer) bytes = new Uint8Array(buffer);
  return bytes;
}

/**
 * A typed array over `length` items of the shared memory, from `byteOffset` on.
 *
 * @throws {RangeError} if the range lies outside the memory or `byteOffset` is no multiple of the item's size.
 */
export function typedView<T extends TypedArray>(
  ctor: TypedArrayConstructor<T>,
  byteOffset: number,
  length: number,
): T {
  const buffer = currentBuffer(linearMemory(), byteOffset + length * ctor.BYTES_PER_ELEMENT);
  if (buffer !== newestBuffer) {
    newestBuffer = buffer;
    buffers.add(buffer);
  }
  return new ctor(buffer, byteOffset, length);
}

/** Whether {@linkcode typedView} made `view`, or what it is a part of, however the memory has grown since. */
export function isLinearView(view: ArrayBufferView): boolean {
  return view.buffer === newestBuffer || buffers.has(view.buffer);
}
