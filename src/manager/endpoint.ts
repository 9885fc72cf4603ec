import type { Endpoint } from "comlink";
import type { Line } from "./line.ts";

/** What Comlink talks over, and where it hears what came. */
export interface ComlinkSide {
  readonly endpoint: Endpoint;
  receive(message: unknown): void;
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
