import type { Endpoint } from "comlink";
import { decodeBytes, encodeBytes } from "../channel/byte_codec.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";

type Listener = (event: { readonly data: unknown }) => void;

/** What Comlink talks over: messages as bytes over a socket. */
export function endpointOf(frames: FrameSocket): Endpoint {
  const listeners = new Set<Listener>();
  let isStarted = false;
  return {
    // Comlink starts it once it listens, and again before each call.
    start: () => {
      if (isStarted) return;
      isStarted = true;
      frames.onFrame((frame) => {
        const event = { data: decodeBytes(frame) };
        for (const listener of listeners) listener(event);
      });
    },
    // A message that cannot be sent any more is one of a connection whose end both sides hear of.
    postMessage: (message) => void frames.send(encodeBytes(message, "message")).catch(() => {}),
    addEventListener: (_type, listener) => void listeners.add(listener as unknown as Listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener as unknown as Listener),
  };
}
