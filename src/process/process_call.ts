import { type CloneForm, fromCloneForm } from "../channel/clone_form.ts";
import { detach, type Payload } from "../channel/frame_sender.ts";
import { ValueReader } from "../channel/value_reader.ts";
import type { TaskDefinition } from "./task_definition.ts";

/** A value on its way to a new worker: encoded in memory of its own, or as a structured clone. */
type Parcel = { readonly shared: SharedArrayBuffer } | { readonly clone: CloneForm };

/** What a new process is to call, in a form that goes along when its thread is started. */
export interface ProcessCall {
  readonly definition: Parcel;
  readonly args: Parcel;
}

/**
 * Encodes a call.
 *
 * @throws {TaskEncodingError} where an argument cannot travel; `path` leads to it
 */
export function encodeCall(definition: TaskDefinition, args: readonly unknown[]): ProcessCall {
  return { definition: parcel(detach(definition, "deps")), args: parcel(detach([...args], "args")) };
}

/** The call again, in the process that is to make it. */
export function decodeCall({ definition, args }: ProcessCall): { definition: TaskDefinition; args: unknown[] } {
  return { definition: unparcel(definition) as TaskDefinition, args: unparcel(args) as unknown[] };
}

/** Shared memory, since Deno takes very long to clone a byte array. */
function parcel(payload: Payload): Parcel {
  if ("clone" in payload) return { clone: payload.clone };
  const shared = new SharedArrayBuffer((payload.bytes.length + 7) & ~7);
  new Uint8Array(shared).set(payload.bytes);
  return { shared };
}

function unparcel(value: Parcel): unknown {
  if ("clone" in value) return fromCloneForm(value.clone);
  const { shared } = value;
  return new ValueReader(new Uint8Array(shared), new Int32Array(shared), new Float64Array(shared)).read();
}
