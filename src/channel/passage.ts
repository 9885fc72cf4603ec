import { decodeBytes } from "./decode_bytes.ts";
import { isPlainPacked, Tag } from "./value_tags.ts";

/** A value that goes on to another process as it is encoded. */
export class EncodedValue {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Bytes of an encoded value before those whose number is its second word. */
const HEADER_BYTES = 8;

/**
 * What to hand on of a value that another process is going to have: its bytes, whose own this memory has to be, where they
 * mean the same there, which is that of text, bytes and objects without any that lie in shared memory; else the value.
 */
export function passage(bytes: Uint8Array): unknown {
  const [head = 0, length = 0] = new Int32Array(bytes.buffer, bytes.byteOffset, Math.min(2, bytes.length >> 2));
  const tag = head & 0xff;
  const isPlain = tag === Tag.Utf8 || tag === Tag.LongAscii || tag === Tag.Utf16 || tag === Tag.Bytes ||
    isPlainPacked(head);
  if (!isPlain) return decodeBytes(bytes);
  // What earlier messages of this program left behind its end is not for others.
  bytes.fill(0, HEADER_BYTES + length);
  return new EncodedValue(bytes);
}
