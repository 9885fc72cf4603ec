import { ClosedError, ManyhandsError } from "../core/errors.ts";
import { registerWire } from "../core/wire.ts";
import { typedView } from "../memory/linear_memory.ts";
import {
  closeSegment,
  createSegment,
  nextSegmentName,
  openSegment,
  type Segment,
  unlinkSegment,
} from "../memory/segment_table.ts";

/** Sizes are whole pages, as on most systems in Python. */
const PAGE_BYTES = 4096;

/** What a {@linkcode SharedMemory} is made of, or attaches to. */
export interface SharedMemoryOptions {
  /** The name; without one, a new segment gets a name that no other has. */
  readonly name?: string | undefined;
  /** Whether to make a segment (default: attach to one that exists). */
  readonly create?: boolean | undefined;
  /** Bytes of a new segment, rounded up to pages of 4096; ignored otherwise. */
  readonly size?: number | undefined;
}

/** What is left to do when a handle is garbage. */
interface Hold {
  readonly segment: Segment;
  readonly name: string;
  /** Nobody was told the name. */
  isSecret: boolean;
}

const dropped: FinalizationRegistry<Hold> = new FinalizationRegistry(({ segment, name, isSecret }) => {
  if (isSecret) unlinkSegment(name, segment);
  closeSegment(segment);
});

// A handle lives as long as its bytes do.
const handleOfBytes: WeakMap<Uint8Array, SharedMemory> = new WeakMap();

/**
 * Bytes in the shared linear memory that any process of the tree finds by their name. Python:
 * `multiprocessing.shared_memory.SharedMemory`.
 *
 * A handle that is sent attaches to the same name where it arrives. The name goes with {@linkcode SharedMemory.unlink}; the
 * bytes when besides every handle was closed, by `close`, as garbage, or with its process. The whole ends with the program,
 * so nothing is left behind on the system and there is nothing to track.
 *
 * @example
 * ```ts
 * import { SharedMemory } from "@manyhands/manyhands";
 *
 * using memory = new SharedMemory({ create: true, size: 10 });
 * memory.buf.set([22, 33, 44]);
 * const other = new SharedMemory({ name: memory.name });
 * console.log(other.buf[1], other.size); // 33 4096
 * other.close();
 * ```
 */
export class SharedMemory {
  readonly #hold: Hold;
  readonly #isCreator: boolean;
  #bytes: Uint8Array | undefined;

  /**
   * Makes a segment of zeros with `create: true`, attaches to one without.
   *
   * @throws {RangeError} if the size is no whole number of bytes, 0 for a new segment, or there is no name to attach to.
   * @throws {TypeError} if the name is no string with characters.
   * @throws {ManyhandsError} with code `ERR_EXISTS` if a new segment's name is in use (Python: FileExistsError), with code
   * `ERR_NOT_FOUND` if there is none to attach to (Python: FileNotFoundError).
   * @throws {OutOfMemoryError} if the linear memory has no room.
   */
  constructor({ name, create = false, size = 0 }: SharedMemoryOptions = {}) {
    checkArguments(name, create, size);
    const isSecret = name === undefined;
    this.#isCreator = create;
    this.#hold = create ? created(name, size) : opened(name!);
    this.#hold.isSecret = isSecret;
    const { byteOffset, size: bytes } = this.#hold.segment;
    this.#bytes = typedView(Uint8Array, byteOffset, bytes);
    handleOfBytes.set(this.#bytes, this);
    dropped.register(this, this.#hold, this);
  }

  /** The name by which others attach to it. */
  get name(): string {
    this.#hold.isSecret = false;
    return this.#hold.name;
  }

  /** Number of bytes. */
  get size(): number {
    return this.#hold.segment.size;
  }

  /**
   * The bytes, live. They must not be used after `close`; a part of them, or another view, only as long as this object
   * is kept, which closes when it is garbage.
   *
   * @throws {ClosedError} after `close`.
   */
  get buf(): Uint8Array {
    if (this.#bytes !== undefined) return this.#bytes;
    throw new ClosedError(`${this} is closed`);
  }

  /** Ends this handle. The segment stays until it is unlinked and all its handles are closed. */
  close(): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    dropped.unregister(this);
    closeSegment(this.#hold.segment);
  }

  /**
   * Takes the name away: nobody can attach any more, and the name is free for another segment. Handles stay good.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_FOUND` if that was done before. Python: FileNotFoundError.
   */
  unlink(): void {
    if (!unlinkSegment(this.#hold.name, this.#hold.segment)) throw notFoundError(this.#hold.name);
  }

  /** `close`, for `using`; the handle that made the segment unlinks it too. */
  [Symbol.dispose](): void {
    if (this.#isCreator) unlinkSegment(this.#hold.name, this.#hold.segment);
    this.close();
  }

  /** Name and size. */
  toString(): string {
    return `SharedMemory(${JSON.stringify(this.name)}, size=${this.size})`;
  }

  static {
    registerWire<SharedMemory, string>({
      tag: "SharedMemory",
      scope: "tree",
      class: SharedMemory,
      encode: (memory) => memory.name,
      decode: (name) => new SharedMemory({ name }),
    });
  }
}

function checkArguments(name: unknown, create: boolean, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`Size of a SharedMemory must be a whole number of bytes, got ${String(size)}`);
  }
  if (create && size === 0) throw new RangeError("Size of a new SharedMemory must be at least 1 byte, got 0");
  if (name === undefined && !create) throw new RangeError("Name of a SharedMemory is missing: only a new one gets one");
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    const found = typeof name === "string" ? "an empty one" : String(name);
    throw new TypeError(`Name of a SharedMemory must be a string with characters, got ${found}`);
  }
}

function created(name: string | undefined, size: number): Hold {
  const bytes = Math.ceil(size / PAGE_BYTES) * PAGE_BYTES;
  for (;;) {
    const chosen = name ?? nextSegmentName();
    const segment = createSegment(chosen, bytes);
    if (segment !== undefined) return { segment, name: chosen, isSecret: false };
    if (name !== undefined) {
      throw new ManyhandsError("ERR_EXISTS", `Cannot create SharedMemory ${JSON.stringify(name)}: the name is in use`);
    }
  }
}

function opened(name: string): Hold {
  const segment = openSegment(name);
  if (segment === undefined) throw notFoundError(name);
  return { segment, name, isSecret: false };
}

function notFoundError(name: string): ManyhandsError {
  return new ManyhandsError("ERR_NOT_FOUND", `There is no SharedMemory ${JSON.stringify(name)}`);
}
