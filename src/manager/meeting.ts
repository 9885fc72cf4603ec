import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeBytes } from "../channel/decode_bytes.ts";
import type { Connection } from "../queue/connection.ts";
import { Pipe } from "../queue/pipe.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import type { Line } from "./line.ts";
import { hasMark, type MemoryMark } from "./memory_mark.ts";
import type { SharedDoor } from "./shared_door.ts";
import { SharedLine } from "./shared_line.ts";
import { socketLine } from "./socket_line.ts";

/** Milliseconds for which one side waits for the other. */
const PATIENCE_MS = 10_000;
const options = { timeout: PATIENCE_MS } as const;

/** How a server in the same program is reached: the mark of its memory, and the door. */
export interface Entry {
  readonly mark: MemoryMark;
  readonly door: SharedDoor;
}

/**
 * The server's half of a first exchange over a socket: a client that finds the mark in its own memory gets a line through
 * that memory, any other keeps the socket. Without an `entry` all do. `serve` gets the line before the client can use it.
 */
export async function meetClient(
  connection: SocketConnection,
  entry: Entry | undefined,
  serve: (line: Line) => void,
): Promise<void> {
  await connection.send(entry?.mark ?? null);
  const reply = await connection.recv(options);
  const frames = connection.takeFrames();
  if (entry === undefined || !(reply instanceof Uint8Array)) return serve(socketLine(frames));
  // Ends of pipes cross a socket as bytes, since both sides are the same program.
  const { client, line } = entry.door.admit(frames, decodeBytes(reply) as Connection);
  serve(line);
  await frames.send(encodeBytes(encodeBytes([client, entry.door.entrance], "invitation"), "message"));
}

/** The client's half. */
export async function meetServer(connection: SocketConnection): Promise<Line> {
  const mark = await connection.recv(options) as MemoryMark | null;
  if (mark === null || !hasMark(mark)) {
    await connection.send(null);
    return socketLine(connection.takeFrames());
  }
  const [answers, theirs] = Pipe();
  await connection.send(encodeBytes(theirs, "pipe"));
  theirs.close();
  const [client, requests] = decodeBytes(await connection.recv(options) as Uint8Array) as [number, Connection];
  return new SharedLine(connection.takeFrames(), client, requests, answers);
}
