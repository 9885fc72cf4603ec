import { corruptData } from "../core/corrupt.ts";
import { runtime } from "../runtime/current.ts";
import { isByteKind, viewOfKind } from "./byte_views.ts";
import type { CloneForm } from "./clone_form.ts";
import { copyOf } from "./copy_bytes.ts";
import { objectCodec } from "./object_codec.ts";
import { LIST_OF_ONE, Tag } from "./value_tags.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Strings up to this many bytes are built by a loop, which beats the decoder's fixed cost. */
const LOOPED_STRING = 24;

/**
 * Reads what `ValueWriter` wrote. Nothing that it returns refers to the buffer. Each length is compared with the buffer's
 * before anything is made of it, so bytes that somebody made up take no more memory than they are long.
 */
export class ValueReader {
  /** Where the next byte comes from, from the start of the buffer. */
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  #asciiIn: ((start: number, end: number) => string) | undefined;

  constructor(bytes: Uint8Array, words: Int32Array, doubles: Float64Array) {
    this.#bytes = bytes;
    this.#words = words;
    this.#doubles = doubles;
  }

  /** The value that lies in the `length` bytes at `start`; throws where it goes on behind them. */
  readWhole(start: number, length: number): unknown {
    // What most small calls take and give: one integer, there in a list.
    const words = this.#words;
    const word = start >> 2;
    if (length === 8 && words[word] === Tag.Int32) return words[word + 1];
    if (length === 12 && words[word] === LIST_OF_ONE && words[word + 1] === Tag.Int32) return [words[word + 2]];
    this.position = start;
    const value = this.read();
    if (this.position <= start + ((length + 7) & ~7)) return value;
    throw corruptData(`Found a value of ${this.position - start} bytes, expected ${length}`);
  }

  /** The value at `position`, which moves behind it. Throws an `UnloadedError` where that takes what is not loaded yet. */
  read(): unknown {
    const word = this.position >> 2;
    const head = this.#words[word]!;
    this.position += 4;
    switch (head & 0xff) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.False:
        return false;
      case Tag.True:
        return true;
      case Tag.Int32:
        this.position += 4;
        return this.#words[word + 1]!;
      case Tag.Double:
        this.position = (this.position + 7) & ~7;
        this.position += 8;
        return this.#doubles[(this.position >> 3) - 1]!;
      case Tag.Int64:
        this.position += 8;
        return (BigInt(this.#words[word + 2]!) << 32n) | BigInt(this.#words[word + 1]! >>> 0);
      case Tag.Ascii:
        return this.#ascii(head >>> 8);
      case Tag.LongAscii:
        return this.#longAscii(this.#words[this.position >> 2]!, this.position + 4);
      case Tag.Utf8:
        return utf8.decode(this.#sized());
      case Tag.Utf16:
        return this.#utf16(this.#sized());
      case Tag.Bytes:
        return this.#view(head >>> 8);
      case Tag.List:
        return this.#list(head >>> 8);
      case Tag.Numbers:
        return this.#numbers();
      case Tag.Int32s:
        return this.#int32s();
      case Tag.Packed:
        return objectCodec().unpack(this.#blob());
      case Tag.Serialized:
        return objectCodec().fromCloneForm(runtime.deserialize(copyOf(this.#sized())) as CloneForm);
      default:
        throw new TypeError(`Unknown tag ${head & 0xff} at byte ${this.position - 4}`);
    }
  }

  #ascii(length: number): string {
    const start = this.position;
    if (length > LOOPED_STRING) return this.#longAscii(length, start);
    this.position = this.#within(start, start + length);
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.#bytes[start + i]!);
    return text;
  }

  #longAscii(length: number, start: number): string {
    const end = start + length;
    this.position = this.#within(start, end);
    this.#asciiIn ??= runtime.asciiReader(this.#bytes);
    return this.#asciiIn(start, end);
  }

  /** The bytes behind a length at the position. */
  #sized(): Uint8Array {
    const start = this.position + 4;
    const end = start + this.#words[this.position >> 2]!;
    this.position = this.#within(start, end);
    return this.#bytes.subarray(start, end);
  }

  #view(kind: number): unknown {
    if (!isByteKind(kind)) throw new TypeError(`Unknown kind of bytes ${kind} at byte ${this.position - 4}`);
    return viewOfKind(kind, this.#blob().buffer);
  }

  /** A copy of the bytes behind a length, which begin at a multiple of 8. */
  #blob(): Uint8Array<ArrayBuffer> {
    const start = (this.position + 11) & ~7;
    const end = start + this.#words[this.position >> 2]!;
    this.position = this.#within(start, end);
    return copyOf(this.#bytes.subarray(start, end));
  }

  /** The multiple of 4 from `end` on, which lies after `start` and in the buffer. Throws a RangeError where it does not. */
  #within(start: number, end: number): number {
    if (end >= start && end <= this.#bytes.length) return (end + 3) & ~3;
    throw new RangeError(`Found ${end - start} bytes announced at byte ${start} of ${this.#bytes.length}`);
  }

  #utf16(bytes: Uint8Array): string {
    let text = "";
    for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(bytes[i]! | (bytes[i + 1]! << 8));
    return text;
  }

  #list(length: number): unknown[] {
    this.#within(this.position, this.position + length * 4);
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.read());
    return items;
  }

  #int32s(): number[] {
    const words = this.#words;
    const length = words[this.position >> 2]!;
    const start = (this.position >> 2) + 1;
    this.position = this.#within(start * 4, (start + length) * 4);
    const items = new Array<number>(length);
    for (let i = 0; i < length; i++) items[i] = words[start + i]!;
    return items;
  }

  #numbers(): number[] {
    const length = this.#words[this.position >> 2]!;
    const start = ((this.position + 11) & ~7) >> 3;
    this.position = this.#within(start * 8, (start + length) * 8);
    const items = new Array<number>(length);
    for (let i = 0; i < length; i++) items[i] = this.#doubles[start + i]!;
    return items;
  }
}
