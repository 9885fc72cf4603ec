import { copyBytes } from "./copy_bytes.ts";
import { ValueReader } from "./value_reader.ts";

/** The value that `encodeBytes` made bytes of. The bytes may lie anywhere; nothing of the value refers to them. */
export function decodeBytes(bytes: Uint8Array): unknown {
  const aligned = new Uint8Array((bytes.length + 7) & ~7);
  copyBytes(aligned, bytes, 0);
  const { buffer } = aligned;
  return new ValueReader(aligned, new Int32Array(buffer), new Float64Array(buffer)).read();
}
