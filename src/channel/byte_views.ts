import { nodeBuffer, viewClasses } from "./view_classes.ts";

/** The kind of a buffer itself, behind those of its views. */
const WHOLE = viewClasses.length;

const kinds: Map<object | null, number> = new Map(viewClasses.map((view, kind) => [view.prototype, kind]));
kinds.set(ArrayBuffer.prototype, WHOLE);
// It arrives as one of the language's.
if (nodeBuffer !== undefined) kinds.set(nodeBuffer.prototype, kinds.get(Uint8Array.prototype)!);

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
  return number <= WHOLE;
}

/** Bytes of an item of the kind of this number; `undefined` where there is no such kind. */
export function itemBytes(number: number): number | undefined {
  if (number === WHOLE) return 1;
  const view = viewClasses[number] as { readonly BYTES_PER_ELEMENT?: number } | undefined;
  return view && (view.BYTES_PER_ELEMENT ?? 1);
}

/** What is of the kind of this number and has the bytes of the buffer. */
export function viewOfKind(number: number, buffer: ArrayBuffer): ArrayBufferView | ArrayBuffer {
  return number === WHOLE ? buffer : new viewClasses[number]!(buffer);
}
