import { runtime } from "../runtime/current.ts";

/** Up to this many bytes a loop beats a call of `set`. */
const LOOPED_BYTES = 64;
/** Bytes from which on clearing memory costs as much as copying. */
const LONG_BYTES = 1 << 16;

/** Copies `source` to byte `at` of `target`; they do not overlap. */
export function copyBytes(target: Uint8Array, source: Uint8Array, at: number): void {
  if (source.length > LOOPED_BYTES) return runtime.copy(target.subarray(at, at + source.length), source);
  for (let i = 0; i < source.length; i++) target[at + i] = source[i]!;
}

/** The same bytes in memory of their own. */
export function copyOf(source: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = source;
  // Faster than `slice`, whose new memory costs V8 three times as much.
  const copy = length < LONG_BYTES ? new Uint8Array(length) : runtime.uncleared(length);
  copyBytes(copy, source, 0);
  return copy;
}
