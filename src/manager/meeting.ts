import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeBytes } from "../channel/decode_bytes.ts";
import { ManyhandsError } from "../core/errors.ts";
import type { Connection } from "../queue/connection.ts";
import { Pipe } from "../queue/pipe.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import type { Line } from "./line.ts";
import { hasMark, isProof, markMemory, type MemoryMark, proofOf, unmarkMemory } from "./memory_mark.ts";
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

/** What a client says that found the server's mark: the proof of that, a mark of its own, and its pipe's end as bytes. */
type Application = readonly [proof: Uint8Array, mark: MemoryMark, pipe: Uint8Array];
/** What the server answers: the proof that it read the client's, and the client's number with the door as bytes. */
type Invitation = readonly [proof: Uint8Array, invitation: Uint8Array];

/**
 * The server's half of a first exchange over a socket: a client that finds the mark in its own memory gets a line through
 * that memory, any other keeps the socket. Without an `entry` all do. `serve` gets the line before the client can use it,
 * and hears whether it is of the same program.
 *
 * Ends of pipes cross a socket as bytes, since both sides are the same program. Each believes that only once the other has
 * proved that it reads the memory: with ends that another program made up, it could write anywhere in it.
 */
export async function meetClient(
  connection: SocketConnection,
  entry: Entry | undefined,
  serve: (line: Line, isOwn: boolean) => void,
): Promise<void> {
  await connection.send(entry?.mark ?? null);
  const reply = await connection.recv(options) as Application | null;
  if (entry === undefined || reply === null) return serve(socketLine(connection.takeFrames()), false);
  const [proof, mark, pipe] = reply;
  if (!isProof(entry.mark, proof) || !hasMark(mark)) throw notOwn();
  const frames = connection.takeFrames();
  const { client, line } = entry.door.admit(frames, decodeBytes(pipe) as Connection);
  serve(line, true);
  const invitation: Invitation = [proofOf(mark), encodeBytes([client, entry.door.entrance], "invitation")];
  await frames.send(encodeBytes(invitation, "message"));
}

/** The client's half. */
export async function meetServer(connection: SocketConnection): Promise<Line> {
  const theirs = await connection.recv(options) as MemoryMark | null;
  if (theirs === null || !hasMark(theirs)) {
    await connection.send(null);
    return socketLine(connection.takeFrames());
  }
  const mark = markMemory();
  try {
    const [answers, end] = Pipe();
    await connection.send([proofOf(theirs), mark, encodeBytes(end, "pipe")] satisfies Application);
    end.close();
    const [proof, invitation] = await connection.recv(options) as Invitation;
    if (!isProof(mark, proof)) throw notOwn();
    const [client, requests] = decodeBytes(invitation) as [number, Connection];
    return new SharedLine(connection.takeFrames(), client, requests, answers);
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    unmarkMemory(mark);
  }
}

function notOwn(): ManyhandsError {
  return new ManyhandsError("ERR_BAD_MESSAGE", "The other side has not read the memory that it says it shares");
}
