/**
 * First byte of a value on the wire; for `Ascii` and `List` the other three hold the length, for `Bytes` their kind, for
 * `Packed` 1 where it holds objects of wire types.
 */
export const Tag = {
  Undefined: 0,
  Null: 1,
  False: 2,
  True: 3,
  Int32: 4,
  Double: 5,
  Int64: 6,
  Ascii: 7,
  Utf8: 8,
  Utf16: 9,
  Bytes: 10,
  List: 11,
  Numbers: 12,
  Packed: 13,
  /** Bytes of a structured clone's form. Only `encodeBytes` writes it: on the way to a thread a message carries the form. */
  Serialized: 14,
  /** Numbers that are all 32-bit integers. */
  Int32s: 15,
  /** What is longer than `Ascii` tells by, as `Utf8`. */
  LongAscii: 16,
} as const;

/** How a list of one item begins. */
export const LIST_OF_ONE: number = Tag.List | (1 << 8);

/** How an object begins that is packed; `holdsWired`: with objects of wire types in it. */
export function packedHead(holdsWired: boolean): number {
  return holdsWired ? Tag.Packed | (1 << 8) : Tag.Packed;
}

/** Whether a value that begins so is packed and holds no object of a wire type. */
export function isPlainPacked(head: number): boolean {
  return head === Tag.Packed;
}

/** Longer lists are packed as one value. */
export const INLINE_LIST_ITEMS = 64;
/** Lists nested deeper than this are packed as one value. */
export const INLINE_LIST_DEPTH = 2;
