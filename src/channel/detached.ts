import { TaskEncodingError } from "../core/errors.ts";
import { isEncodingForOutside } from "../core/wire.ts";
import { ValueWriter } from "./value_writer.ts";

const SCRATCH_BYTES = 1 << 16;
const LARGEST_PAYLOAD = 2 ** 31 - 2 ** 16;

interface Scratch {
  readonly bytes: Uint8Array;
  readonly writer: ValueWriter;
}

function newScratch(size: number): Scratch {
  const bytes = new Uint8Array((size + 7) & ~7);
  const buffer = bytes.buffer;
  return { bytes, writer: new ValueWriter(bytes, new Int32Array(buffer), new Float64Array(buffer)) };
}

let scratch: Scratch | undefined;

/** Bytes from which on a value costs less where both threads find it than copied in and out of a ring. */
const LONG_BYTES = 1 << 15;

/** Bytes that a long value takes, about; 0 where it is not long, or only a structured clone can carry it. */
export function longEncoding(value: unknown, root: string): number {
  const { writer } = scratch ??= newScratch(SCRATCH_BYTES);
  return writer.write(value, 0, LONG_BYTES, root) === "overflow" ? writer.position + writer.needed : 0;
}

/**
 * Encodes a value into bytes of their own, for a ring that has no room now or frames that are too short. Returns
 * `undefined` where only a structured clone can carry the value. `root` names it in a `TaskEncodingError`.
 */
export function encodeDetached(value: unknown, root: string): Uint8Array | undefined {
  const bytes = encodePassing(value, root);
  // A large buffer goes with the value: keeping it would hold memory, copying it would cost time.
  return bytes?.buffer === scratch?.bytes.buffer ? bytes?.slice() : bytes;
}

/** As `encodeDetached`; the bytes are valid until the next value is encoded. */
export function encodePassing(value: unknown, root: string): Uint8Array | undefined {
  let target = scratch ??= newScratch(SCRATCH_BYTES);
  // What earlier messages left between the parts of this one is not for other programs.
  if (isEncodingForOutside()) target.bytes.fill(0);
  for (;;) {
    const written = target.writer.write(value, 0, target.bytes.length, root);
    if (written === "clone") return undefined;
    if (written === "written") return target.bytes.subarray(0, target.writer.position);
    const least = target.writer.position + target.writer.needed;
    if (least > LARGEST_PAYLOAD || target.bytes.length >= LARGEST_PAYLOAD) {
      throw new TaskEncodingError(root, `longer than the ${LARGEST_PAYLOAD} bytes that a message may have`);
    }
    target = newScratch(Math.min(Math.max(target.bytes.length * 2, least), LARGEST_PAYLOAD));
  }
}
