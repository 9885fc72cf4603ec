import { addExtension, Packr } from "msgpackr/pack";
import { decodeWired, wireTypeCount, wireTypes } from "../core/wire.ts";
import { decodeError, encodeError, type ErrorData } from "./error_codec.ts";
import { inspect, tooDeep } from "./inspect.ts";

const WIRE_EXTENSION = 1;
const ERROR_EXTENSION = 2;

function canTravel(value: unknown): boolean {
  try {
    return inspect(value, "value") === "packed";
  } catch {
    return false;
  }
}

/** The errors in the value that is being packed. */
const met = new Set<Error>();

/** An error that was met before may lead back to itself through its cause or a field, so it goes without them. */
function encodeMet(error: Error): ErrorData {
  if (met.has(error)) return encodeError(error, (value) => Object(value) !== value && canTravel(value));
  met.add(error);
  return encodeError(error, canTravel);
}

addExtension({
  Class: Error,
  type: ERROR_EXTENSION,
  write: encodeMet,
  read: (data: ErrorData) => decodeError(data),
});

const options = { useRecords: true, mapsAsObjects: false, moreTypes: true, useBigIntExtension: true, useToJSON: false };
const packr = new Packr(options as ConstructorParameters<typeof Packr>[0]);

let hasMetWired = false;

/** Whether what was packed last holds objects of wire types. */
export function holdsWired(): boolean {
  return hasMetWired;
}

/** Packs a value that `inspect` found to be packable. The bytes are valid until the next call. */
export function pack(value: unknown): Uint8Array {
  if (wireTypeCount() !== carried) carryWireTypes();
  hasMetWired = false;
  try {
    return packr.pack(value);
  } catch (error) {
    // Errors whose causes have causes are looked at one by one, so none of them lies deep.
    if (error instanceof RangeError && /call stack/.test(error.message)) throw tooDeep("error.cause", error);
    throw error;
  } finally {
    met.clear();
  }
}

/** The value that `pack` packed. */
export function unpack(bytes: Uint8Array): unknown {
  if (wireTypeCount() !== carried) carryWireTypes();
  return packr.unpack(bytes);
}

let carried = 0;

function carryWireTypes(): void {
  for (const wireType of wireTypes().slice(carried)) {
    addExtension({
      Class: wireType.class as unknown as { new (): object },
      type: WIRE_EXTENSION,
      write: (value: object) => {
        hasMetWired = true;
        return [wireType.tag, wireType.encode(value)];
      },
      read: decodeWired,
    });
  }
  carried = wireTypeCount();
}
