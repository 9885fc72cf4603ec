import { copyBytes, copyOf } from "../channel/copy_bytes.ts";
import { ValueReader } from "../channel/value_reader.ts";
import { corruptData } from "../core/corrupt.ts";
import { allocate } from "../memory/allocator.ts";
import { typedView } from "../memory/linear_memory.ts";

/** Words of a segment: the next one, where its unread messages begin and end, and its size, all in bytes. */
const NEXT = 0;
const START = 1;
const END = 2;
const SIZE = 3;
const HEADER_BYTES = 16;

/** Bytes before a message: its length. Messages begin at multiples of 8. */
const MESSAGE_HEADER_BYTES = 8;

/** A piece of the linear memory that holds messages one after another. */
export class Segment {
  readonly byteOffset: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #values: ValueReader;

  private constructor(byteOffset: number, size: number) {
    this.byteOffset = byteOffset;
    this.#words = typedView(Int32Array, byteOffset, size >> 2);
    this.#bytes = typedView(Uint8Array, byteOffset, size);
    this.#values = new ValueReader(this.#bytes, this.#words, typedView(Float64Array, byteOffset, size >> 3));
  }

  /** Bytes that a message of `length` bytes takes. */
  static messageBytes(length: number): number {
    return MESSAGE_HEADER_BYTES + ((length + 7) & ~7);
  }

  /** A new one of at least `size` bytes, which has room for a message of `length` bytes. */
  static create(size: number, length: number): Segment {
    const bytes = Math.max(size, HEADER_BYTES + Segment.messageBytes(length));
    const offset = allocate(bytes);
    typedView(Int32Array, offset, HEADER_BYTES >> 2).set([0, HEADER_BYTES, HEADER_BYTES, bytes]);
    return new Segment(offset, bytes);
  }

  /**
   * The one at a byte offset. As what reads it, it throws a `ManyhandsError` with code `ERR_CORRUPT_DATA` where what lies
   * there is none, and a `RangeError` where that lies outside of the memory.
   */
  static at(byteOffset: number): Segment {
    const size = typedView(Int32Array, byteOffset, HEADER_BYTES >> 2)[SIZE]!;
    if (size < HEADER_BYTES || (size & 7) !== 0) throw corruptData(`Found a segment of ${size} bytes at ${byteOffset}`);
    return new Segment(byteOffset, size);
  }

  /** Whether the views are those of the segment that lies at its offset now. */
  isCurrent(): boolean {
    return this.#words[SIZE] === this.#bytes.length;
  }

  /** Byte offset of the next segment, 0 for none. */
  get next(): number {
    return this.#words[NEXT]! >>> 0;
  }

  set next(byteOffset: number) {
    Atomics.store(this.#words, NEXT, byteOffset | 0);
  }

  get isEmpty(): boolean {
    return this.#words[START] === this.#words[END];
  }

  /** Appends a message; false where there is no room. It is there once its end is stored. */
  append(message: Uint8Array): boolean {
    const end = this.#words[END]!;
    const next = end + Segment.messageBytes(message.length);
    if (next > this.#bytes.length) return false;
    this.#words[end >> 2] = message.length;
    copyBytes(this.#bytes, message, end + MESSAGE_HEADER_BYTES);
    Atomics.store(this.#words, END, next);
    return true;
  }

  /** Length of the first message in bytes. */
  firstLength(): number {
    return this.#lengthAt(this.#words[START]!, this.#words[END]!);
  }

  /** Length of the message at `start`, which lies before `end`, in bytes. */
  #lengthAt(start: number, end: number): number {
    const length = this.#words[start >> 2]!;
    const isInside = start >= HEADER_BYTES && (start & 7) === 0 && end <= this.#bytes.length;
    if (isInside && length >= 0 && length <= end - start - MESSAGE_HEADER_BYTES) return length;
    throw corruptData(`Found a message of ${length} bytes at ${start} of a segment that is filled up to ${end}`);
  }

  /** The first message as a value. */
  firstValue(): unknown {
    const end = this.#words[START]! + Segment.messageBytes(this.firstLength());
    this.#values.position = this.#words[START]! + MESSAGE_HEADER_BYTES;
    const value = this.#values.read();
    if (this.#values.position > end) {
      throw corruptData(`Found a value that goes on behind its message, which ends at ${end}`);
    }
    return value;
  }

  /** The first message, copied. */
  firstBytes(): Uint8Array<ArrayBuffer> {
    const start = this.#words[START]! + MESSAGE_HEADER_BYTES;
    return copyOf(this.#bytes.subarray(start, start + this.firstLength()));
  }

  /** Takes the first message, of `length` bytes, away. */
  shift(length: number): void {
    Atomics.store(this.#words, START, this.#words[START]! + Segment.messageBytes(length));
  }

  /** Begins anew where it is empty, so that its room can be used again. */
  rewind(): void {
    // In this order: a death in between leaves it empty too, or with END before START, which `START` then mends.
    Atomics.store(this.#words, END, HEADER_BYTES);
    Atomics.store(this.#words, START, HEADER_BYTES);
  }

  /** Messages in it, and their bytes; also makes it whole where a `rewind` broke off. */
  contents(): { count: number; bytes: number } {
    const end = this.#words[END]!;
    let [count, bytes] = [0, 0];
    for (let at = this.#words[START]!; at < end;) {
      const length = this.#lengthAt(at, end);
      count++;
      bytes += length;
      at += Segment.messageBytes(length);
    }
    if (this.#words[START]! > end) this.rewind();
    return { count, bytes };
  }
}
