import { typecodeArrays } from "../memory/typecode_arrays.ts";

/** The typed array of each of Python's type codes. */
export interface TypecodeViews {
  /** Signed, 8 bits. */
  b: Int8Array;
  /** Unsigned, 8 bits. */
  B: Uint8Array;
  /** Characters of one byte, U+0000 to U+00FF. */
  c: Uint8Array;
  /** Signed, 16 bits. */
  h: Int16Array;
  /** Unsigned, 16 bits. */
  H: Uint16Array;
  /** Signed, 32 bits. */
  i: Int32Array;
  /** Unsigned, 32 bits. */
  I: Uint32Array;
  /** Signed, 64 bits, as C's `long` on Linux and macOS. */
  l: BigInt64Array;
  /** Unsigned, 64 bits. */
  L: BigUint64Array;
  /** Signed, 64 bits. */
  q: BigInt64Array;
  /** Unsigned, 64 bits. */
  Q: BigUint64Array;
  /** Floating point, 32 bits. */
  f: Float32Array;
  /** Floating point, 64 bits. */
  d: Float64Array;
}

/** One of Python's type codes. */
export type Typecode = keyof TypecodeViews;

/** A constructor that makes the typed array of a type code. */
export type TypecodeConstructor<V extends TypecodeViews[Typecode] = TypecodeViews[Typecode]> = {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): V;
};

/** What names the kind of items: a type code or a typed array's constructor. */
export type ItemKind = Typecode | TypecodeConstructor;

/** The typed array of a kind of items. */
export type ViewOf<K extends ItemKind> = K extends Typecode ? TypecodeViews[K]
  : K extends TypecodeConstructor<infer V> ? V
  : never;

/** An item as it is read: of `c` a character, of the 64-bit kinds a bigint, of all others a number. */
export type ItemOf<K extends ItemKind> = K extends "c" ? string : ViewOf<K>[number];

/** An item as it is written: {@linkcode ItemOf}, and for `c` also the number of a byte. */
export type ItemInput<K extends ItemKind> = K extends "c" ? string | number : ViewOf<K>[number];

/** Type code and constructor of a kind of items. */
export interface ItemType {
  /** The type code; the first one where several have the same constructor. */
  readonly typecode: Typecode;
  /** The constructor of its typed array. */
  readonly constructor: TypecodeConstructor;
}

/**
 * Finds the item type that `kind` names.
 *
 * @throws {TypeError} "Bad typecode …" if it is neither a type code nor the constructor of one's typed array.
 */
export function itemType(kind: ItemKind): ItemType {
  if (typeof kind === "string") {
    if (Object.hasOwn(typecodeArrays, kind)) return { typecode: kind, constructor: typecodeArrays[kind] };
  } else {
    for (const [typecode, constructor] of Object.entries(typecodeArrays)) {
      if (constructor === kind) return { typecode: typecode as Typecode, constructor };
    }
  }
  const found = typeof kind === "function" ? (kind as { name: string }).name : JSON.stringify(kind) ?? String(kind);
  const codes = Object.keys(typecodeArrays).join(" ");
  throw new TypeError(`Bad typecode ${found}: expected one of ${codes} or the constructor of such a typed array`);
}
