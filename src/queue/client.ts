import { ManyhandsError, TimeoutError } from "../core/errors.ts";
import { startTimer } from "../core/deadline.ts";
import { runtime } from "../runtime/current.ts";
import { type Address, describeAddress, type Family, parseAddress } from "./address.ts";
import type { AuthKey } from "./authentication.ts";
import type { Connection } from "./connection.ts";
import { checkLongest, FrameSocket, LONGEST_FRAME } from "./frame_socket.ts";
import { HANDSHAKE_MS, shakeHands } from "./handshake.ts";

/** Options of {@linkcode Client}. */
export interface ClientOptions {
  /** The secret that the listener has too. Default: none is asked for. */
  authkey?: AuthKey | undefined;
  /** What the address must be. */
  family?: Family | undefined;
  /** Bytes that a message from the listener may have; a longer one ends the connection. Default: about 2 GiB. */
  maxMessageBytes?: number | undefined;
  /** Milliseconds that connecting and proving the key may take together. Default: 20,000. */
  timeout?: number | undefined;
}

/**
 * Connects to a {@linkcode Listener}. Python: `multiprocessing.connection.Client`.
 *
 * @throws {RangeError} where the address or `maxMessageBytes` is none
 * @throws {ManyhandsError} with code `ERR_CONNECT` where nobody listens there; the system's error is the cause
 * @throws {AuthenticationError} where the listener has another key
 * @throws {TimeoutError} where it takes too long
 *
 * @example
 * ```ts
 * import { Client, Listener } from "@manyhands/manyhands";
 *
 * const listener = await new Listener("127.0.0.1:0", { authkey: "secret" }).ready();
 * const client = await Client(listener.address, { authkey: "secret" });
 * const accepted = await listener.accept();
 * await client.send({ hello: 23 });
 * console.log(await accepted.recv()); // { hello: 23 }
 * client.close();
 * accepted.close();
 * await listener.close();
 * ```
 */
export async function Client(address: Address, options: ClientOptions = {}): Promise<Connection> {
  const { authkey, family, timeout = HANDSHAKE_MS, maxMessageBytes = LONGEST_FRAME } = options;
  checkLongest(maxMessageBytes);
  const parsed = parseAddress(address, family);
  const begun = performance.now();
  const { connectTo } = await runtime.sockets();
  const abandon = new AbortController();
  const stop = startTimer(timeout, () => abandon.abort());
  try {
    const socket = await connectTo(parsed, abandon.signal);
    const left = Math.max(1, timeout - (performance.now() - begun));
    return await shakeHands(new FrameSocket(socket, maxMessageBytes), authkey, "client", left);
  } catch (cause) {
    const where = describeAddress(parsed);
    if (abandon.signal.aborted) throw new TimeoutError(`Cannot connect to ${where} in ${timeout} ms`, { cause });
    if (cause instanceof ManyhandsError || cause instanceof TypeError) throw cause;
    throw new ManyhandsError("ERR_CONNECT", `Cannot connect to ${where}: ${(cause as Error).message}`, { cause });
  } finally {
    stop();
  }
}
