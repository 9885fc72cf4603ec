/** What bytes can be a view of, or the whole of: makes such a one over all bytes of a buffer. */
type ViewMaker = (buffer: ArrayBuffer) => ArrayBufferView | ArrayBuffer;

const makers: ViewMaker[] = [];
const kinds: Map<object | null, number> = new Map();

function kind(prototype: object, make: ViewMaker): number {
  kinds.set(prototype, makers.length);
  return makers.push(make) - 1;
}

// The order is the wire's.
kind(Uint8Array.prototype, (buffer) => new Uint8Array(buffer));
kind(ArrayBuffer.prototype, (buffer) => buffer);
const others: readonly (new (buffer: ArrayBuffer) => ArrayBufferView)[] = [
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
  DataView,
];
for (const View of others) kind(View.prototype, (buffer) => new View(buffer));

// Node's own kind of byte array arrives as one of the language's.
const { Buffer } = globalThis as { Buffer?: { readonly prototype: object } };
if (Buffer !== undefined) kinds.set(Buffer.prototype, 0);

/** The number of what the value is, -1 where it is no plain buffer or view of one that keeps its length. */
export function byteKind(value: object): number {
  const found = kinds.get(Object.getPrototypeOf(value));
  if (found === undefined) return -1;
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  return buffer instanceof ArrayBuffer && !(buffer as { resizable?: boolean }).resizable ? found : -1;
}

/** The bytes of a value that has a `byteKind`. */
export function bytesOf(value: object): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  const { buffer, byteOffset, byteLength } = value as ArrayBufferView<ArrayBuffer>;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Whether there is a kind of this number. */
export function isByteKind(number: number): boolean {
  return number < makers.length;
}

/** What is of the kind of this number and has the bytes of the buffer. */
export function viewOfKind(number: number, buffer: ArrayBuffer): ArrayBufferView | ArrayBuffer {
  return makers[number]!(buffer);
}
