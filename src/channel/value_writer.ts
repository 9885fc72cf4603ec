import { TaskEncodingError } from "../core/errors.ts";
import { wireTypeOf } from "../core/wire.ts";
import { byteKind, bytesOf } from "./byte_views.ts";
import { copyBytes } from "./copy_bytes.ts";
import { objectCodec } from "./object_codec.ts";
import { INLINE_LIST_DEPTH, INLINE_LIST_ITEMS, LIST_OF_ONE, packedHead, Tag } from "./value_tags.ts";

/** What became of a value: written, too long for the room that was left, or only a structured clone can carry it. */
export type Written = "written" | "overflow" | "clone";

/** Bytes that a number takes at most, listed or not. */
export const NUMBER_BYTES = 24;

const utf8 = new TextEncoder();
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Strings up to this many UTF-16 units are copied by a loop, which beats the encoder's fixed cost. */
const LOOPED_STRING = 48;
/** Lists up to this length (argument lists) keep it when two places hold one object; longer ones (chunks) copy it twice. */
const IDENTITY_ITEMS = 8;

/**
 * Writes values as tagged cells into a buffer (a ring's data or a buffer of its own). Every value starts at a multiple of
 * 4 bytes; 64-bit items are aligned to 8. `value_reader.ts` is the other side.
 */
export class ValueWriter {
  /** Where the next byte goes, from the start of the buffer. */
  position = 0;
  /** Bytes at least that the value which overflowed needs, from where it began. */
  needed = 0;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  #limit = 0;

  constructor(bytes: Uint8Array, words: Int32Array, doubles: Float64Array) {
    this.#bytes = bytes;
    this.#words = words;
    this.#doubles = doubles;
  }

  /**
   * Writes `value` between `start` (a multiple of 8) and `limit`. `root` names it in a `TaskEncodingError`.
   * Throws an `UnloadedError` where that takes what is not loaded yet.
   */
  write(value: unknown, start: number, limit: number, root: string): Written {
    this.position = start;
    this.#limit = limit;
    this.needed = 0;
    try {
      return this.#value(value, root, 0);
    } catch (error) {
      // Parts of the value are looked at one by one; the path is to begin at the whole.
      if (error instanceof TaskEncodingError) objectCodec().inspect(value, root);
      throw error;
    }
  }

  /** Writes a number, or with `isListed` a list of that one, at `start`, where there is room; returns how many bytes. */
  writeNumber(value: number, start: number, isListed: boolean): number {
    const words = this.#words;
    let word = start >> 2;
    if (isListed) words[word++] = LIST_OF_ONE;
    if (isInt32(value)) {
      words[word] = Tag.Int32;
      words[word + 1] = value;
      return (word << 2) + 8 - start;
    }
    words[word] = Tag.Double;
    const at = ((word << 2) + 11) & ~7;
    this.#doubles[at >> 3] = value;
    return at + 8 - start;
  }

  #value(value: unknown, root: string, depth: number): Written {
    switch (typeof value) {
      case "number":
        return isInt32(value) ? this.#int32(value) : this.#double(value);
      case "string":
        return value.length <= LOOPED_STRING ? this.#shortString(value) : this.#string(value);
      case "boolean":
        return this.#tag(value ? Tag.True : Tag.False);
      case "undefined":
        return this.#tag(Tag.Undefined);
      case "bigint":
        return value >= INT64_MIN && value <= INT64_MAX ? this.#int64(value) : this.#packed(value, root);
      case "object":
        if (value === null) return this.#tag(Tag.Null);
        if (Array.isArray(value)) return this.#array(value, root, depth);
        return this.#object(value, root);
    }
    return this.#packed(value, root);
  }

  #room(bytes: number): boolean {
    if (this.position + bytes <= this.#limit) return true;
    this.needed = bytes + 16;
    return false;
  }

  #tag(tag: number): Written {
    if (!this.#room(4)) return "overflow";
    this.#words[this.position >> 2] = tag;
    this.position += 4;
    return "written";
  }

  #int32(value: number): Written {
    if (!this.#room(8)) return "overflow";
    const word = this.position >> 2;
    this.#words[word] = Tag.Int32;
    this.#words[word + 1] = value;
    this.position += 8;
    return "written";
  }

  #double(value: number): Written {
    if (!this.#room(16)) return "overflow";
    this.#words[this.position >> 2] = Tag.Double;
    const at = (this.position + 11) & ~7;
    this.#doubles[at >> 3] = value;
    this.position = at + 8;
    return "written";
  }

  #int64(value: bigint): Written {
    if (!this.#room(12)) return "overflow";
    const word = this.position >> 2;
    this.#words[word] = Tag.Int64;
    this.#words[word + 1] = Number(BigInt.asIntN(32, value));
    this.#words[word + 2] = Number(BigInt.asIntN(32, value >> 32n));
    this.position += 12;
    return "written";
  }

  #shortString(value: string): Written {
    const length = value.length;
    if (!this.#room(4 + length + 3)) return "overflow";
    const bytes = this.#bytes;
    const start = this.position + 4;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return this.#string(value);
      bytes[start + i] = unit;
    }
    this.#words[this.position >> 2] = Tag.Ascii | (length << 8);
    this.position = (start + length + 3) & ~3;
    return "written";
  }

  #string(value: string): Written {
    if (!this.#room(8 + value.length + 3)) return "overflow";
    if (!value.isWellFormed()) return this.#illFormedString(value);
    const start = this.position + 8;
    const { read, written } = utf8.encodeInto(value, this.#bytes.subarray(start, this.#limit));
    if (read < value.length) {
      this.needed = 16 + value.length * 3;
      return "overflow";
    }
    return this.#sized(written === value.length ? Tag.LongAscii : Tag.Utf8, written);
  }

  #illFormedString(value: string): Written {
    if (!this.#room(8 + value.length * 2 + 3)) return "overflow";
    const start = this.position + 8;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      this.#bytes[start + 2 * i] = unit & 0xff;
      this.#bytes[start + 2 * i + 1] = unit >> 8;
    }
    return this.#sized(Tag.Utf16, value.length * 2);
  }

  /** Heads the `length` bytes that lie 8 bytes after the position with a tag and that length. */
  #sized(tag: number, length: number): Written {
    const word = this.position >> 2;
    this.#words[word] = tag;
    this.#words[word + 1] = length;
    this.position = (this.position + 8 + length + 3) & ~3;
    return "written";
  }

  #object(value: object, root: string): Written {
    if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return this.#packed(value, root);
    const kind = byteKind(value);
    return kind < 0 ? this.#packed(value, root) : this.#blob(Tag.Bytes | (kind << 8), bytesOf(value));
  }

  #blob(tag: number, value: Uint8Array): Written {
    const length = value.byteLength;
    if (!this.#room(12 + length + 3)) return "overflow";
    const word = this.position >> 2;
    this.#words[word] = tag;
    this.#words[word + 1] = length;
    // Engines copy to and from shared memory a byte at a time where it is not aligned.
    const start = (this.position + 15) & ~7;
    copyBytes(this.#bytes, value, start);
    this.position = (start + length + 3) & ~3;
    return "written";
  }

  #array(items: unknown[], root: string, depth: number): Written {
    if (items.length > 1 && typeof items[0] === "number") {
      const written = this.#numbers(items);
      if (written !== undefined) return written;
    }
    if (items.length > INLINE_LIST_ITEMS || depth >= INLINE_LIST_DEPTH) return this.#packed(items, root);
    if (!this.#room(4)) return "overflow";
    this.#words[this.position >> 2] = Tag.List | (items.length << 8);
    this.position += 4;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (items.length <= IDENTITY_ITEMS && typeof item === "object" && items.indexOf(item) !== i && item !== null) {
        if (wireTypeOf(item) === undefined) return "clone";
      }
      if (item === undefined && !(i in items)) return "clone";
      const written = this.#value(item, root, depth + 1);
      if (written !== "written") return written;
    }
    return "written";
  }

  /**
   * A list of numbers, in 4 bytes each where all are 32-bit integers; `undefined` where something else is among them. A
   * long one that certainly takes more is not looked through before there is room for it.
   */
  #numbers(items: unknown[]): Written | undefined {
    const { length } = items;
    const words = this.#words;
    const start = this.position;
    const from = (start >> 2) + 2;
    let i = 0;
    // Integers are what most lists hold, so they are written before it is known that nothing else comes.
    if (this.#room(8 + length * 4)) {
      for (; i < length; i++) {
        const item = items[i];
        if (typeof item !== "number" || (item | 0) !== item || (item === 0 && 1 / item < 0)) break;
        words[from + i] = item;
      }
      if (i === length) {
        words[from - 2] = Tag.Int32s;
        words[from - 1] = length;
        this.position += 8 + length * 4;
        return "written";
      }
    } else if (length > INLINE_LIST_ITEMS) return "overflow";
    for (; i < length; i++) if (typeof items[i] !== "number") return undefined;
    if (!this.#room(16 + length * 8)) return "overflow";
    words[from - 2] = Tag.Numbers;
    words[from - 1] = length;
    const at = (start + 15) & ~7;
    const doubles = this.#doubles;
    for (let k = 0, to = at >> 3; k < length; k++) doubles[to + k] = items[k] as number;
    this.position = at + length * 8;
    return "written";
  }

  #packed(value: unknown, root: string): Written {
    const { inspect, pack, holdsWired } = objectCodec();
    if (inspect(value, root) === "cloned") return "clone";
    const packed = pack(value);
    return this.#blob(packedHead(holdsWired()), packed);
  }
}

function isInt32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0);
}
