import { decodeBytes } from "../channel/decode_bytes.ts";
import { objectCodec } from "../channel/object_codec.ts";
import { ValueReader } from "../channel/value_reader.ts";
import { withModules } from "../core/late_modules.ts";
import type { Parcel, ProcessCall } from "./process_call.ts";
import { definitionOf, type TaskDefinition } from "./task_definition.ts";

/** The target's definition again, in the process that is to call it. */
export async function decodeDefinition({ definition }: ProcessCall): Promise<TaskDefinition | undefined> {
  return definition && definitionOf(await unparcel(definition));
}

/** The arguments again. Once the target's module is loaded, so that classes which it registers are known. */
export async function decodeArguments({ args }: ProcessCall): Promise<unknown[]> {
  return await unparcel(args) as unknown[];
}

/** The fields of the instance again. */
export async function decodeFields({ fields }: NonNullable<ProcessCall["instance"]>): Promise<Record<string, unknown>> {
  return await unparcel(fields) as Record<string, unknown>;
}

function unparcel(value: Parcel): unknown {
  return withModules(() => decode(value));
}

function decode(value: Parcel): unknown {
  if ("clone" in value) return objectCodec().fromCloneForm(value.clone);
  if ("bytes" in value) return decodeBytes(value.bytes);
  const { shared } = value;
  return new ValueReader(new Uint8Array(shared), new Int32Array(shared), new Float64Array(shared)).read();
}
