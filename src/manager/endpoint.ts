import type { Endpoint } from "comlink";
import { ManyhandsError } from "../core/errors.ts";
import type { Line } from "./line.ts";

/** What Comlink talks over, and where it hears what came. */
export interface ComlinkSide {
  readonly endpoint: Endpoint;
  receive(message: unknown): void;
}

/**
 * A request of Comlink's that calls a method of `api` with plain values. Comlink itself would also follow any path from
 * the object, through its prototype too, and set what it finds there.
 *
 * @throws {ManyhandsError} with code `ERR_BAD_MESSAGE` where it is anything else
 */
export function checkedRequest(message: unknown, api: object): unknown {
  const { type, path, argumentList } = Object(message) as Record<string, unknown>;
  const isCall = type === "APPLY" && Array.isArray(path) && path.length === 1 && typeof path[0] === "string" &&
    Object.hasOwn(api, path[0]);
  const isPlain = (argument: unknown): boolean => (Object(argument) as { type?: unknown }).type === "RAW";
  if (isCall && Array.isArray(argumentList) && argumentList.every(isPlain)) return message;
  throw new ManyhandsError("ERR_BAD_MESSAGE", "Expected a call of a method of the server, found another message");
}

/** Comlink's side of a line: its messages are those of the number 0. */
export function comlinkSide(line: Line): ComlinkSide {
  const listeners = new Set<(event: { readonly data: unknown }) => void>();
  return {
    receive: (data) => {
      for (const listener of listeners) listener({ data });
    },
    endpoint: {
      postMessage: (message) => line.send([0, message]),
      addEventListener: (_type, listener) => void listeners.add(listener as never),
      removeEventListener: (_type, listener) => void listeners.delete(listener as never),
    },
  };
}
