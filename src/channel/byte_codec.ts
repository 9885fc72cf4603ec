import { TaskEncodingError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { toCloneForm } from "./clone_form.ts";
import { encodeDetached, encodePassing } from "./detached.ts";
import { inspectForBytes } from "./inspect.ts";
import "./objects.ts";
import { Tag } from "./value_tags.ts";

const HEADER_BYTES = 8;

/**
 * A value as bytes that hold all of it, for memory or a stream. `root` names the value in errors.
 *
 * @throws {TaskEncodingError} where a part cannot be made bytes of: functions, views on shared memory, objects of the runtime
 */
export function encodeBytes(value: unknown, root: string): Uint8Array {
  return encodeDetached(value, root) ?? serialized(value, root);
}

/** As `encodeBytes`; the bytes are valid until the next value is encoded. */
export function encodePassingBytes(value: unknown, root: string): Uint8Array {
  return encodePassing(value, root) ?? serialized(value, root);
}

function serialized(value: unknown, root: string): Uint8Array {
  inspectForBytes(value, root);
  let form: Uint8Array;
  try {
    form = runtime.serialize(toCloneForm(value));
  } catch (error) {
    throw new TaskEncodingError(root, `not cloneable: ${(error as Error).message}`, { cause: error });
  }
  const bytes = new Uint8Array(HEADER_BYTES + ((form.length + 7) & ~7));
  new Int32Array(bytes.buffer, 0, 2).set([Tag.Serialized, form.length]);
  bytes.set(form, HEADER_BYTES);
  return bytes;
}
