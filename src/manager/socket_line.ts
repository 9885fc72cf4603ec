import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeBytes } from "../channel/decode_bytes.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";
import type { Line, LineMessage } from "./line.ts";

/** A line over a socket: between processes of the operating system. */
export function socketLine(frames: FrameSocket): Line {
  return {
    send: (message) => void frames.send(encodeBytes(message, "message")).catch(() => {}),
    onMessage: (listener) => frames.onFrame((frame) => listener(decodeBytes(frame) as LineMessage)),
    onEnd: (listener) => frames.onEnd(() => listener()),
    // Those who wait hear of it themselves.
    onInterrupt: () => {},
    hold: () => frames.hold(),
    release: () => frames.release(),
    end: () => frames.end(),
    destroy: () => frames.destroy(),
  };
}
