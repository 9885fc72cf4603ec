import { Change } from "../core/change.ts";
import { type SettleOptions, settlesUnless } from "../core/deadline.ts";
import { ClosedError, ManyhandsError, TimeoutError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import type { ByteSocket, SocketAddress, SocketServer } from "../runtime/sockets.ts";
import { isWaitingForOthers } from "../sync/word_wait.ts";
import { type Address, describeAddress, type Family, isLocal, parseAddress } from "./address.ts";
import { type AuthKey, keyBytes } from "./authentication.ts";
import { checkLongest, FrameSocket, LONGEST_FRAME } from "./frame_socket.ts";
import { HANDSHAKE_MS, shakeHands } from "./handshake.ts";
import type { Connection } from "./connection.ts";

/** Options of {@linkcode Listener}. */
export interface ListenerOptions {
  /** The secret that a client must have too. Without it anyone who reaches the address is let in. */
  authkey?: AuthKey | undefined;
  /** Clients that may wait for `accept`; further ones are turned away. Default: 16. */
  backlog?: number | undefined;
  /** Bytes that a message from a client may have; a longer one ends its connection. Default: about 2 GiB. */
  maxMessageBytes?: number | undefined;
  /** What the address must be, or shall be where none is given. Default: `"unix"`. */
  family?: Family | undefined;
}

/** Clients that may be proving their key at one time; one more puts the first of them out, which had the longest time. */
const HALF_OPEN = 256;

type Arrival = { readonly connection: Connection; readonly from: SocketAddress | undefined } | {
  readonly error: unknown;
};

/**
 * Waits for others to connect by {@linkcode Client}: over TCP, also from other machines, or over a unix socket. With a key
 * each side proves to the other that it has it. Python: `multiprocessing.connection.Listener`.
 *
 * It listens from the next turn on; `ready` and `accept` wait for that. A pending `accept` keeps the program alive.
 *
 * @example
 * ```ts
 * import { Client, Listener } from "@manyhands/manyhands";
 *
 * const listener = await new Listener().ready();
 * const client = await Client(listener.address);
 * const accepted = await listener.accept();
 * await accepted.send(1729);
 * console.log(await client.recv()); // 1729
 * client.close();
 * accepted.close();
 * await listener.close();
 * ```
 */
export class Listener {
  readonly #authkey: AuthKey | undefined;
  readonly #backlog: number;
  readonly #started: Promise<SocketServer>;
  readonly #arrivals: Arrival[] = [];
  readonly #longest: number;
  readonly #proving: Set<FrameSocket> = new Set();
  #server: SocketServer | undefined;
  readonly #change: Change = new Change();
  #removePath: () => Promise<void> = () => Promise.resolve();
  #closing: Promise<void> | undefined;
  #lastAccepted: SocketAddress | null = null;

  /**
   * Begins to listen. Without an address it makes a unix socket in a folder that only this user can enter, and takes both
   * away at the end; for the family `"tcp"` it takes a free port of 127.0.0.1.
   *
   * @throws {RangeError} where the address, the backlog or `maxMessageBytes` is none, or other machines could connect
   * without a key
   * @throws {TypeError} where the key is neither bytes nor a string
   */
  constructor(address?: Address, options: ListenerOptions = {}) {
    const { authkey, backlog = 16, family, maxMessageBytes = LONGEST_FRAME } = options;
    this.#longest = checkLongest(maxMessageBytes);
    if (!(Number.isInteger(backlog) && backlog > 0)) {
      throw new RangeError(`Expected a whole number from 1 on as the backlog, found ${String(backlog)}`);
    }
    if (authkey !== undefined) keyBytes(authkey);
    const given = address ?? (family === "tcp" ? "127.0.0.1:0" : undefined);
    const parsed = given === undefined ? undefined : parseAddress(given, family);
    if (given === undefined && family !== undefined) parseAddress({ path: "socket" }, family);
    if (parsed !== undefined && authkey === undefined && !isLocal(parsed)) {
      throw new RangeError(
        `Cannot listen at ${describeAddress(parsed)} without an authkey: other machines could connect to it`,
      );
    }
    this.#authkey = authkey;
    this.#backlog = backlog;
    this.#started = this.#listen(parsed);
    this.#started.catch(() => {});
  }

  /**
   * Resolves with this when it listens.
   *
   * @throws {ManyhandsError} with code `ERR_LISTEN` where the system refuses, as when the address is taken
   */
  async ready(): Promise<this> {
    await this.#started;
    return this;
  }

  /** Where it listens, with the port that the system chose. Throws `ERR_NOT_LISTENING` before `ready`. */
  get address(): SocketAddress {
    if (this.#server !== undefined) return this.#server.address;
    throw new ManyhandsError("ERR_NOT_LISTENING", "The listener does not listen yet: wait for its ready()");
  }

  /** Where the client of the last `accept` was; `null` for unix sockets and before the first. */
  get lastAccepted(): SocketAddress | null {
    return this.#lastAccepted;
  }

  /**
   * Waits for a client.
   *
   * @throws {AuthenticationError} where one came that does not have the key; the next call waits for the next
   * @throws {ClosedError} after `close`
   * @throws {TimeoutError} after `timeout` milliseconds
   * @throws {ManyhandsError} with code `ERR_LISTEN` where it could not listen
   */
  async accept(options: SettleOptions = {}): Promise<Connection> {
    const { timeout = Infinity, signal } = options;
    const deadline = performance.now() + timeout;
    this.#assertOpen();
    const isOwn = !isWaitingForOthers();
    const server = await this.#started;
    if (isOwn) server.hold();
    try {
      for (;;) {
        this.#assertOpen();
        const arrival = this.#arrivals.shift();
        if (arrival !== undefined) return this.#taken(arrival);
        if (!await settlesUnless(this.#change.next, { timeout: deadline - performance.now(), signal })) {
          throw new TimeoutError(`No client came in ${timeout} ms`);
        }
      }
    } finally {
      if (isOwn) server.release();
    }
  }

  /** Stops listening; who waits for `accept` is turned away. Resolves when the address is free again. */
  close(): Promise<void> {
    return this.#closing ??= this.#end();
  }

  /** `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #listen(address: SocketAddress | undefined): Promise<SocketServer> {
    const { freshSocketPath, listenAt } = await runtime.sockets();
    let where = address;
    if (where === undefined) {
      const { path, remove } = await freshSocketPath();
      where = { path };
      this.#removePath = remove;
    }
    try {
      // The system drops who comes faster than it is taken here, so that has room for all who may be half-open.
      const room = HALF_OPEN + this.#backlog;
      return this.#server = await listenAt(where, room, (socket) => void this.#receive(socket));
    } catch (cause) {
      await this.#removePath();
      const text = `Cannot listen at ${describeAddress(where)}: ${(cause as Error).message}`;
      throw new ManyhandsError("ERR_LISTEN", text, { cause });
    }
  }

  async #receive(socket: ByteSocket): Promise<void> {
    if (this.#closing !== undefined || this.#waiting() >= this.#backlog) return socket.destroy();
    const frames = new FrameSocket(socket, this.#longest);
    this.#proving.add(frames);
    if (this.#proving.size > HALF_OPEN) this.#putOut(this.#proving.values().next().value!);
    let arrival: Arrival;
    try {
      const connection = await shakeHands(frames, this.#authkey, "listener", HANDSHAKE_MS);
      arrival = { connection, from: frames.remote };
    } catch (error) {
      arrival = { error };
    }
    const isWanted = this.#proving.delete(frames) && this.#closing === undefined;
    const isFull = "connection" in arrival
      ? this.#waiting() >= this.#backlog
      : this.#arrivals.length - this.#waiting() >= this.#backlog;
    if (!isWanted || isFull) return frames.destroy();
    this.#arrivals.push(arrival);
    this.#change.happen();
  }

  #putOut(frames: FrameSocket): void {
    this.#proving.delete(frames);
    frames.destroy();
  }

  /** Clients that wait for `accept`. */
  #waiting(): number {
    return this.#arrivals.reduce((count, arrival) => "connection" in arrival ? count + 1 : count, 0);
  }

  #taken(arrival: Arrival): Connection {
    if ("error" in arrival) throw arrival.error;
    this.#lastAccepted = arrival.from ?? null;
    return arrival.connection;
  }

  async #end(): Promise<void> {
    const server = await this.#started.catch(() => undefined);
    for (const frames of this.#proving) this.#putOut(frames);
    for (const arrival of this.#arrivals.splice(0)) if ("connection" in arrival) arrival.connection.close();
    this.#change.happen();
    await server?.close();
    await this.#removePath();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError("Cannot accept: the listener is closed");
  }
}
