/** A kind of view on a buffer, made on all of it or on a part; the length is in items, of a `DataView` in bytes. */
export type ViewClass = new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => ArrayBufferView;

/** The kinds that every runtime has. Their order is the wire's. */
export const viewClasses: readonly ViewClass[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView as unknown as ViewClass,
];

/** Node's own kind of byte array, where there is one. */
export const nodeBuffer: { readonly prototype: object } | undefined =
  (globalThis as { Buffer?: { readonly prototype: object } }).Buffer;
