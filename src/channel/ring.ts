import { corruptData } from "../core/corrupt.ts";
import { copyOf } from "./copy_bytes.ts";

/**
 * A single-producer single-consumer ring of frames in shared memory.
 *
 * ```text
 * region:  | TAIL ... 64 B | HEAD ... 64 B | data: `capacity` bytes, a power of two                |
 * frame:   | length | claim | id | kind + detail << 8 | payload: `length` bytes, padded to 8       |
 * skip:    | -1     |   ... to the end of the data (a frame never wraps)                            |
 * ```
 *
 * TAIL and HEAD count bytes since the start, modulo 2^32; each has one writer. TAIL is stored only when a frame is
 * complete, so a producer that dies in the middle of one leaves nothing behind. `claim` lets both ends decide who owns a
 * frame that is in the ring already: see `claim` and `revoke`.
 */
const TAIL = 0;
const HEAD = 16;

/** Bytes of a ring's bookkeeping before its data. */
export const RING_HEADER_BYTES = 128;
/** Bytes of a frame before its payload. */
export const FRAME_HEADER_BYTES = 16;

const SKIP = -1;
const FREE = 0;
const CLAIMED = 1;
const REVOKED = 2;

/** Bytes of shared memory that a ring with `capacity` bytes of data takes. */
export function ringBytes(capacity: number): number {
  return RING_HEADER_BYTES + capacity;
}

/** What both ends share: the views on the region. Offsets are bytes from the start of the buffer. */
class RingRegion {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly dataOffset: number;
  readonly capacity: number;
  readonly #tail: number;
  readonly #head: number;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    if (capacity < 64 || (capacity & (capacity - 1)) !== 0) {
      throw new RangeError(`Ring capacity must be a power of two of at least 64 bytes: ${capacity}`);
    }
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength >> 3);
    this.dataOffset = byteOffset + RING_HEADER_BYTES;
    this.capacity = capacity;
    this.#tail = (byteOffset >> 2) + TAIL;
    this.#head = (byteOffset >> 2) + HEAD;
  }

  loadTail(): number {
    return Atomics.load(this.words, this.#tail);
  }
  storeTail(value: number): void {
    Atomics.store(this.words, this.#tail, value);
  }
  loadHead(): number {
    return Atomics.load(this.words, this.#head);
  }
  storeHead(value: number): void {
    Atomics.store(this.words, this.#head, value);
  }
  position(count: number): number {
    return this.dataOffset + (count & (this.capacity - 1));
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

/** The producer's end. One frame is open at a time: `reserve`, write its payload, `commit`. */
export class RingWriter {
  readonly region: RingRegion;
  /** Largest payload, in bytes, that fits a frame of this ring whatever its position: larger ones go in parts. */
  readonly maxPayload: number;
  #tail: number;
  #head: number;
  #frame = 0;
  #skipped = 0;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    this.region = new RingRegion(buffer, byteOffset, capacity);
    this.maxPayload = (capacity >> 2) - FRAME_HEADER_BYTES;
    this.#tail = this.region.loadTail();
    this.#head = this.region.loadHead();
  }

  /**
   * Opens a frame with room for `payload` bytes (at most `maxPayload`) and returns the byte offset of its payload in
   * the buffer, a multiple of 8; -1 where the ring has no room now. A frame that was opened and not committed is gone.
   */
  reserve(payload: number): number {
    const region = this.region;
    const size = FRAME_HEADER_BYTES + padded(payload);
    const toEnd = region.capacity - (this.#tail & (region.capacity - 1));
    const skip = size > toEnd ? toEnd : 0;
    if (!this.#hasRoom(skip + size)) return -1;
    this.#skipped = skip;
    this.#frame = region.position((this.#tail + skip) | 0);
    return this.#frame + FRAME_HEADER_BYTES;
  }

  #hasRoom(size: number): boolean {
    if (this.region.capacity - ((this.#tail - this.#head) | 0) >= size) return true;
    this.#head = this.region.loadHead();
    return this.region.capacity - ((this.#tail - this.#head) | 0) >= size;
  }

  /** Closes the open frame with the payload's real length and publishes it. Returns the frame's place for `revoke`. */
  commit(kind: number, detail: number, id: number, payload: number): number {
    const { words, region } = this;
    if (this.#skipped > 0) words[region.position(this.#tail) >> 2] = SKIP;
    const frame = this.#frame >> 2;
    words[frame] = payload;
    words[frame + 1] = FREE;
    words[frame + 2] = id;
    words[frame + 3] = kind | (detail << 8);
    this.#tail = (this.#tail + this.#skipped + FRAME_HEADER_BYTES + padded(payload)) | 0;
    region.storeTail(this.#tail);
    return frame;
  }

  get words(): Int32Array {
    return this.region.words;
  }

  /**
   * Takes back a frame that the consumer has not claimed; false where it has. Valid only while the frame is unread,
   * which the caller knows from the answers it has seen.
   */
  revoke(frame: number): boolean {
    return Atomics.compareExchange(this.words, frame + 1, FREE, REVOKED) === FREE;
  }

  /** Whether the consumer has claimed the frame. */
  isClaimed(frame: number): boolean {
    return Atomics.load(this.words, frame + 1) === CLAIMED;
  }

  /** Length of the payload of a frame that was committed and not read yet. */
  payloadLength(frame: number): number {
    return this.words[frame]!;
  }

  /** Copy of the payload of a frame that was committed and not read yet. */
  copyPayload(frame: number): Uint8Array {
    const start = (frame << 2) + FRAME_HEADER_BYTES;
    return copyOf(this.region.bytes.subarray(start, start + this.words[frame]!));
  }
}

/** The consumer's end. `next` moves to a frame, `release` gives its bytes back. */
export class RingReader {
  readonly region: RingRegion;
  kind = 0;
  detail = 0;
  id = 0;
  /** Byte offset of the payload in the buffer. */
  payload = 0;
  /** Length of the payload in bytes. */
  length = 0;
  #head: number;
  #tail: number;
  #frame = 0;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    this.region = new RingRegion(buffer, byteOffset, capacity);
    this.#head = this.region.loadHead();
    this.#tail = this.#head;
  }

  /** Whether there is a frame to read. */
  hasNext(): boolean {
    if (this.#head !== this.#tail) return true;
    this.#tail = this.region.loadTail();
    return this.#head !== this.#tail;
  }

  /**
   * Moves to the next frame and fills the fields; false where there is none. Throws a `ManyhandsError` with code
   * `ERR_CORRUPT_DATA`, and stays where it is, where what lies there is no frame.
   */
  next(): boolean {
    if (!this.hasNext()) return false;
    const { region } = this;
    const words = region.words;
    let frame = region.position(this.#head) >> 2;
    if (words[frame] === SKIP) {
      this.#head = (this.#head + region.capacity - (this.#head & (region.capacity - 1))) | 0;
      frame = region.position(this.#head) >> 2;
    }
    const length = words[frame]!;
    this.#check(length);
    this.#frame = frame;
    this.length = length;
    this.id = words[frame + 2]!;
    const kind = words[frame + 3]!;
    this.kind = kind & 0xff;
    this.detail = kind >>> 8;
    this.payload = (frame << 2) + FRAME_HEADER_BYTES;
    return true;
  }

  /** Throws where a payload of that length is not all between the head and the tail, and in one piece. */
  #check(length: number): void {
    const toEnd = this.region.capacity - (this.#head & (this.region.capacity - 1));
    const room = Math.min(toEnd, (this.#tail - this.#head) | 0) - FRAME_HEADER_BYTES;
    if (length >= 0 && length <= room && (this.#head & 7) === 0) return;
    throw corruptData(`Found a frame of ${length} bytes at byte ${this.#head} of a ring, expected at most ${room}`);
  }

  /** Claims the current frame; false where the producer revoked it. */
  claim(): boolean {
    return Atomics.compareExchange(this.region.words, this.#frame + 1, FREE, CLAIMED) === FREE;
  }

  /** Gives the current frame's bytes back to the producer. */
  release(): void {
    this.#head = (this.#head + FRAME_HEADER_BYTES + padded(this.length)) | 0;
    this.region.storeHead(this.#head);
  }
}
