import { encodeBytes } from "../channel/byte_codec.ts";
import type { CloneForm } from "../channel/clone_form.ts";
import { detach } from "../channel/frame_sender.ts";
import { isEncodingForOutside } from "../core/wire.ts";
import { definitionForm, type TaskDefinition } from "./task_definition.ts";

/** A value on its way to a new worker: encoded in memory of its own, or as a structured clone. */
export type Parcel =
  | { readonly shared: SharedArrayBuffer }
  | { readonly bytes: Uint8Array }
  | { readonly clone: CloneForm };

/** An instance of a subclass of `Process`: where its class is found, and its own fields. */
export interface ProcessInstance {
  readonly url: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a new process is to call, in a form that goes along when its thread is started. */
export interface ProcessCall {
  /** Of the target; a subclass with a `run` of its own may have none. */
  readonly definition: Parcel | undefined;
  readonly args: Parcel;
  /** The instance whose `run` is to be called instead of the target. */
  readonly instance: { readonly url: string; readonly name: string; readonly fields: Parcel } | undefined;
}

/**
 * Encodes a call.
 *
 * @throws {TaskEncodingError} where an argument or a field cannot travel; `path` leads to it
 */
export function encodeCall(
  definition: TaskDefinition | undefined,
  args: readonly unknown[],
  instance?: ProcessInstance,
): ProcessCall {
  return {
    definition: definition === undefined ? undefined : parcel(definitionForm(definition), "deps"),
    args: parcel([...args], "args"),
    instance: instance && { ...instance, fields: parcel(instance.fields, "this") },
  };
}

/** Shared memory where there is some, since Deno takes very long to clone a byte array. */
function parcel(value: unknown, root: string): Parcel {
  if (isEncodingForOutside()) return { bytes: encodeBytes(value, root) };
  const payload = detach(value, root);
  if ("clone" in payload) return { clone: payload.clone };
  const shared = new SharedArrayBuffer((payload.bytes.length + 7) & ~7);
  new Uint8Array(shared).set(payload.bytes);
  return { shared };
}
