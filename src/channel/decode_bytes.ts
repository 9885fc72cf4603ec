import { copyBytes } from "./copy_bytes.ts";
import { ValueReader } from "./value_reader.ts";

/** The value that `encodeBytes` made bytes of. The bytes may lie anywhere; nothing of the value refers to them. */
export function decodeBytes(bytes: Uint8Array): unknown {
  const aligned = alignedBytes(bytes);
  const { buffer } = aligned;
  return new ValueReader(aligned, new Int32Array(buffer), new Float64Array(buffer)).read();
}

/** The bytes from the start of memory of their own that is a multiple of 8 long: this is it already, or a copy. */
function alignedBytes(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset } = bytes;
  const length = (bytes.length + 7) & ~7;
  if (byteOffset === 0 && buffer.byteLength === length && buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  const aligned = new Uint8Array(length);
  copyBytes(aligned, bytes, 0);
  return aligned;
}
