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

/** Bytes between two looks at the head that are not needed yet. */
const LOOK_BYTES = 4096;

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
  /** Index of the word TAIL. */
  readonly tail: number;
  /** Index of the word HEAD. */
  readonly head: number;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    if (capacity < 64 || (capacity & (capacity - 1)) !== 0) {
      throw new RangeError(`Ring capacity must be a power of two of at least 64 bytes: ${capacity}`);
    }
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength >> 3);
    this.dataOffset = byteOffset + RING_HEADER_BYTES;
    this.capacity = capacity;
    this.tail = (byteOffset >> 2) + TAIL;
    this.head = (byteOffset >> 2) + HEAD;
  }

  loadTail(): number {
    return Atomics.load(this.words, this.tail);
  }
  loadHead(): number {
    return Atomics.load(this.words, this.head);
  }
}

/** The producer's end. One frame is open at a time: `reserve`, write its payload, `commit`. */
export class RingWriter {
  readonly region: RingRegion;
  readonly words: Int32Array;
  /** Largest payload, in bytes, that fits a frame of this ring whatever its position: larger ones go in parts. */
  readonly maxPayload: number;
  readonly #capacity: number;
  readonly #dataOffset: number;
  readonly #tailWord: number;
  #tail: number;
  #head: number;
  #frame = 0;
  #skipped = 0;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    this.region = new RingRegion(buffer, byteOffset, capacity);
    this.words = this.region.words;
    this.maxPayload = (capacity >> 2) - FRAME_HEADER_BYTES;
    this.#capacity = capacity;
    this.#dataOffset = this.region.dataOffset;
    this.#tailWord = this.region.tail;
    this.#tail = this.region.loadTail();
    this.#head = this.region.loadHead();
  }

  /**
   * Opens a frame with room for `payload` bytes (at most `maxPayload`) and returns the byte offset of its payload in
   * the buffer, a multiple of 8; -1 where the ring has no room now. A frame that was opened and not committed is gone.
   */
  reserve(payload: number): number {
    const capacity = this.#capacity;
    const size = FRAME_HEADER_BYTES + ((payload + 7) & ~7);
    const at = this.#tail & (capacity - 1);
    const toEnd = capacity - at;
    const skip = size > toEnd ? toEnd : 0;
    const end = (this.#tail + skip + size) | 0;
    // The head is looked at now and then before it has to be: what compiled code has never done throws it away.
    if (((end - this.#head) | 0) > capacity || (at & (LOOK_BYTES - 1)) < size) this.#head = this.region.loadHead();
    if (((end - this.#head) | 0) > capacity) return -1;
    this.#skipped = skip;
    this.#frame = this.#dataOffset + ((at + skip) & (capacity - 1));
    return this.#frame + FRAME_HEADER_BYTES;
  }

  /** Closes the open frame with the payload's real length and publishes it. Returns the frame's place for `revoke`. */
  commit(kind: number, detail: number, id: number, payload: number): number {
    const { words } = this;
    const frame = this.#frame >> 2;
    // Where nothing is skipped that is the frame's own first word.
    words[(this.#dataOffset + (this.#tail & (this.#capacity - 1))) >> 2] = SKIP;
    words[frame] = payload;
    words[frame + 1] = FREE;
    words[frame + 2] = id;
    words[frame + 3] = kind | (detail << 8);
    const tail = (this.#tail + this.#skipped + FRAME_HEADER_BYTES + ((payload + 7) & ~7)) | 0;
    this.#tail = tail;
    Atomics.store(words, this.#tailWord, tail);
    return frame;
  }

  /** Whether the consumer has taken all frames. */
  get isRead(): boolean {
    return this.region.loadHead() === this.#tail;
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
  readonly #words: Int32Array;
  readonly #capacity: number;
  readonly #dataOffset: number;
  readonly #headWord: number;
  #head: number;
  #tail: number;
  #frame = 0;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, capacity: number) {
    this.region = new RingRegion(buffer, byteOffset, capacity);
    this.#words = this.region.words;
    this.#capacity = capacity;
    this.#dataOffset = this.region.dataOffset;
    this.#headWord = this.region.head;
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
    if (this.#head === this.#tail && !this.hasNext()) return false;
    const words = this.#words;
    const capacity = this.#capacity;
    const mask = capacity - 1;
    const first = this.#head & mask;
    const whole = capacity - first;
    // A number and no branch: what compiled code has never done throws it away.
    const skip = words[(this.#dataOffset + first) >> 2] === SKIP ? whole : 0;
    this.#head = (this.#head + skip) | 0;
    const at = (first + skip) & mask;
    const frame = (this.#dataOffset + at) >> 2;
    const length = words[frame]!;
    const ahead = (this.#tail - this.#head) | 0;
    const toEnd = capacity - at;
    // The frame has to be all between the head and the tail, and in one piece.
    const room = (ahead < toEnd ? ahead : toEnd) - FRAME_HEADER_BYTES;
    if (length < 0 || length > room || (at & 7) !== 0) {
      throw corruptData(`Found a frame of ${length} bytes at byte ${this.#head} of a ring, expected at most ${room}`);
    }
    this.#frame = frame;
    this.length = length;
    this.id = words[frame + 2]!;
    const kind = words[frame + 3]!;
    this.kind = kind & 0xff;
    this.detail = kind >>> 8;
    this.payload = (frame << 2) + FRAME_HEADER_BYTES;
    return true;
  }

  /** Claims the current frame; false where the producer revoked it. */
  claim(): boolean {
    return Atomics.compareExchange(this.#words, this.#frame + 1, FREE, CLAIMED) === FREE;
  }

  /** Gives the current frame's bytes back to the producer. */
  release(): void {
    const head = (this.#head + FRAME_HEADER_BYTES + ((this.length + 7) & ~7)) | 0;
    this.#head = head;
    Atomics.store(this.#words, this.#headWord, head);
  }
}
