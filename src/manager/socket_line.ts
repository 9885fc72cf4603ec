import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeForeign } from "../channel/decode_foreign.ts";
import { ManyhandsError } from "../core/errors.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";
import type { Line, LineMessage } from "./line.ts";

/** A line over a socket: between processes of the operating system. A message that is none ends it. */
export function socketLine(frames: FrameSocket): Line {
  return {
    send: (message) => void frames.send(encodeBytes(message, "message")).catch(() => {}),
    onMessage: (listener) =>
      frames.onFrame((frame) => {
        try {
          listener(messageOf(frame));
        } catch (error) {
          if ((error as { code?: unknown }).code !== "ERR_BAD_MESSAGE") throw error;
          frames.destroy();
        }
      }),
    onEnd: (listener) => frames.onEnd(() => listener()),
    // Those who wait hear of it themselves.
    onInterrupt: () => {},
    hold: () => frames.hold(),
    release: () => frames.release(),
    end: () => frames.end(),
    destroy: () => frames.destroy(),
  };
}

function messageOf(frame: Uint8Array): LineMessage {
  const message = decodeForeign(frame);
  if (Array.isArray(message) && Number.isInteger(message[0])) return message as unknown as LineMessage;
  throw new ManyhandsError("ERR_BAD_MESSAGE", "Expected a message that begins with a number, found another value");
}
