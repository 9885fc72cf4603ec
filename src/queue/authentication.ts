import { concatenated } from "../core/concatenated.ts";
import { AuthenticationError, ClosedError, EndOfStreamError } from "../core/errors.ts";

/** A secret that both ends of a connection must have. A string counts as its UTF-8 bytes. */
export type AuthKey = Uint8Array | string;

/** What the challenges need of a connection. */
export interface MessageChannelLike {
  /** Sends one message. */
  sendBytes(bytes: Uint8Array): Promise<void>;
  /** Receives one message, of at most so many bytes. */
  recvBytes(maxlength?: number): Promise<Uint8Array>;
}

const CHALLENGE = "#CHALLENGE#";
const WELCOME = "#WELCOME#";
const FAILURE = "#FAILURE#";
const DIGEST = "{sha256}";
const RANDOM_BYTES = 40;
const SHORTEST_RANDOM = 20;
/** Bytes that a message of the handshake may have. */
export const LONGEST_CHALLENGE = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Makes the other side of a connection prove that it has the key, without sending it: HMAC-SHA-256 over 40 random bytes,
 * in the messages of CPython 3.12 and later.
 *
 * @throws {AuthenticationError} where it does not, or goes away
 * @throws {TypeError} where the key is neither bytes nor a string
 *
 * Python: `multiprocessing.connection.deliver_challenge`.
 */
export async function deliverChallenge(connection: MessageChannelLike, authkey: AuthKey): Promise<void> {
  const key = await importKey(authkey);
  const message = concatenated([encoder.encode(DIGEST), crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))]);
  await attempt(() => connection.sendBytes(concatenated([encoder.encode(CHALLENGE), message])));
  const answer = await attempt(() => connection.recvBytes(LONGEST_CHALLENGE));
  const isRight = startsWith(answer, DIGEST) &&
    // The runtime compares in constant time.
    await crypto.subtle.verify("HMAC", key, answer.slice(DIGEST.length), message);
  await attempt(() => connection.sendBytes(encoder.encode(isRight ? WELCOME : FAILURE)));
  if (!isRight) throw new AuthenticationError("The digest that the other side sent is wrong: it has another key");
}

/**
 * Proves to the other side of a connection that this one has the key.
 *
 * @throws {AuthenticationError} where the other side asks in another way, does not accept the answer or goes away
 * @throws {TypeError} where the key is neither bytes nor a string
 *
 * Python: `multiprocessing.connection.answer_challenge`.
 */
export async function answerChallenge(connection: MessageChannelLike, authkey: AuthKey): Promise<void> {
  const key = await importKey(authkey);
  const challenge = await attempt(() => connection.recvBytes(LONGEST_CHALLENGE));
  if (!startsWith(challenge, CHALLENGE)) {
    throw new AuthenticationError(`Expected a challenge, found ${challenge.length} other bytes`);
  }
  const message = challenge.slice(CHALLENGE.length);
  if (!startsWith(message, DIGEST) || message.length < DIGEST.length + SHORTEST_RANDOM) {
    throw new AuthenticationError(`Expected a challenge for ${DIGEST} of at least ${SHORTEST_RANDOM} random bytes`);
  }
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  await attempt(() => connection.sendBytes(concatenated([encoder.encode(DIGEST), digest])));
  const verdict = await attempt(() => connection.recvBytes(LONGEST_CHALLENGE));
  if (decoder.decode(verdict) !== WELCOME) {
    throw new AuthenticationError("The other side did not accept the digest: it has another key");
  }
}

/** An authentication key as bytes. Throws a TypeError where it is neither bytes nor a string. */
export function keyBytes(authkey: AuthKey): Uint8Array<ArrayBuffer> {
  if (typeof authkey === "string") return encoder.encode(authkey);
  if (authkey instanceof Uint8Array) return new Uint8Array(authkey);
  throw new TypeError(`Expected bytes or a string as the authentication key, found ${typeof authkey}`);
}

function importKey(authkey: AuthKey): Promise<CryptoKey> {
  const bytes = keyBytes(authkey);
  // HMAC fills its key up with zeros, so one zero is the empty key, which Web Crypto does not import.
  const material = bytes.length === 0 ? new Uint8Array(1) : bytes;
  return crypto.subtle.importKey("raw", material, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

async function attempt<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    const isOver = cause instanceof EndOfStreamError || cause instanceof ClosedError ||
      (cause as { code?: unknown }).code === "ERR_MESSAGE_TOO_LONG";
    if (!isOver) throw cause;
    throw new AuthenticationError(`The other side broke the authentication off: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return decoder.decode(bytes.subarray(0, text.length)) === text;
}
