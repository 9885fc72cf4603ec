import { TimeoutError } from "../core/errors.ts";
import { startTimer } from "../core/deadline.ts";
import { answerChallenge, type AuthKey, deliverChallenge, LONGEST_CHALLENGE } from "./authentication.ts";
import type { FrameSocket } from "./frame_socket.ts";
import { SocketConnection } from "./socket_connection.ts";

/** Milliseconds that the two sides have to prove themselves. */
export const HANDSHAKE_MS = 20_000;

/** Messages that each side gets: a challenge, an answer and a verdict. What follows them is not part of it. */
const MESSAGES = 3;

/**
 * Makes a connection of a socket once each side has proved that it has the key, where there is one. The side that was
 * connected to asks first. Where that fails the socket is dropped.
 *
 * @throws {AuthenticationError} where the other side does not have the key
 * @throws {TimeoutError} where that takes longer than `limit` milliseconds
 */
export async function shakeHands(
  frames: FrameSocket,
  authkey: AuthKey | undefined,
  role: "client" | "listener",
  limit: number,
): Promise<SocketConnection> {
  if (authkey === undefined) return new SocketConnection(frames);
  // Before it has proved itself the other side must not fill memory.
  frames.restrict(MESSAGES, LONGEST_CHALLENGE);
  const connection = new SocketConnection(frames);
  const steps = role === "listener" ? [deliverChallenge, answerChallenge] : [answerChallenge, deliverChallenge];
  let isLate = false;
  const stop = startTimer(limit, () => {
    isLate = true;
    frames.destroy();
  });
  try {
    for (const step of steps) await step(connection, authkey);
  } catch (cause) {
    frames.destroy();
    if (isLate) throw new TimeoutError(`The authentication took longer than ${limit} ms`, { cause });
    throw cause;
  } finally {
    stop();
  }
  frames.trust();
  return connection;
}
