import { UnloadedError } from "../core/late_modules.ts";
import type { CloneForm } from "./clone_form.ts";
import type { Carriage } from "./inspect.ts";

/** What carries more than numbers, text, bytes and short lists of them. */
export interface ObjectCodec {
  inspect(value: unknown, root: string): Carriage;
  /** The bytes are valid until the next call. */
  pack(value: unknown): Uint8Array;
  /** Whether what `pack` packed last holds objects of wire types. */
  holdsWired(): boolean;
  unpack(bytes: Uint8Array): unknown;
  toCloneForm(value: unknown): CloneForm;
  fromCloneForm(form: CloneForm): unknown;
}

let known: ObjectCodec | undefined;

/** Gives this thread the codec. */
export function provideObjectCodec(codec: ObjectCodec): void {
  known = codec;
}

/** The codec, which `objects.ts` provides. Throws an `UnloadedError` where that is not loaded yet. */
export function objectCodec(): ObjectCodec {
  if (known === undefined) throw new UnloadedError();
  return known;
}

/** Whether the codec is there. */
export function hasObjectCodec(): boolean {
  return known !== undefined;
}
