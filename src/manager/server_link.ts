import { type Remote, wrap } from "comlink";
import { decodeBytes, encodeBytes } from "../channel/byte_codec.ts";
import { deferred } from "../core/deferred.ts";
import { ManagerLostError } from "../core/errors.ts";
import { onInterrupt, throwIfInterrupted } from "../core/interrupt.ts";
import { encodingForOutside } from "../core/wire.ts";
import { describeAddress } from "../queue/address.ts";
import { Client } from "../queue/client.ts";
import type { FrameSocket } from "../queue/frame_socket.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import { endpointOf } from "./endpoint.ts";
import { keyOfText } from "./key_text.ts";
import { type CallOptions, type ObjectLink, passing, type ServerPlace } from "./object_link.ts";
import type { Answer, ServerApi } from "./server_api.ts";

/** Connects to a server; `onLost` is called when the connection has ended. Rejects with a `ManagerLostError` or worse. */
export async function openLink({ address, key }: ServerPlace, onLost: () => void): Promise<ServerLink> {
  const authkey = keyOfText(key);
  try {
    const connection = await Client(address, { authkey });
    return new ServerLink((connection as SocketConnection).takeFrames(), describeAddress(address), onLost);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ERR_CONNECT") throw cause;
    throw new ManagerLostError(`No manager answers at ${describeAddress(address)}`, { cause });
  }
}

/** This thread's connection to a server. */
export class ServerLink implements ObjectLink {
  readonly #frames: FrameSocket;
  readonly #remote: Remote<ServerApi>;
  // Comlink makes a proxy at each access to a member, so the one that counts is kept.
  readonly #call: Remote<ServerApi>["call"];
  readonly #place: string;
  readonly #onLost: () => void;
  readonly #pending: Set<(error: Error) => void> = new Set();
  readonly #kept: Set<object> = new Set();
  readonly #counts: Map<string, number> = new Map();
  #lastToken = 0;
  #seen = 0;
  #lost: ManagerLostError | undefined;

  /** Takes a connection over that is authenticated. */
  constructor(frames: FrameSocket, place: string, onLost: () => void) {
    this.#frames = frames;
    this.#place = place;
    this.#remote = wrap<ServerApi>(endpointOf(frames));
    this.#call = this.#remote.call;
    this.#onLost = onLost;
    frames.onEnd(() => this.lose());
  }

  /** Takes it that the server is gone: all calls reject. */
  lose(): void {
    if (this.#lost !== undefined) return;
    this.#lost = new ManagerLostError(`The manager at ${this.#place} is gone`);
    this.#frames.destroy();
    this.#onLost();
    this.#kept.clear();
    for (const reject of [...this.#pending]) reject(this.#lost);
  }

  /** Makes an object of a type; a proxy of it. */
  create(type: string, args: readonly unknown[]): Promise<unknown> {
    return this.#ask(args, (bytes) => this.#remote.create(type, bytes));
  }

  /** See {@linkcode ObjectLink}. */
  call(id: string, method: string, args: readonly unknown[], { signal }: CallOptions = {}): Promise<unknown> {
    if (signal === undefined) return this.#ask(args, (bytes) => this.#call(0, id, method, bytes));
    const token = ++this.#lastToken;
    return this.#ask(args, (bytes) => this.#call(token, id, method, bytes), signal, token);
  }

  /** Ends the server; resolves when it has heard of it, or is gone. */
  async shutdown(): Promise<void> {
    if (this.#lost !== undefined) return;
    await this.#settled(Promise.resolve(this.#remote.shutdown())).catch(() => {});
  }

  /** See {@linkcode ObjectLink}. */
  adopt(id: string): void {
    this.#count(id);
    if (this.#lost === undefined) void this.#remote.adopt(id);
  }

  /** See {@linkcode ObjectLink}. */
  drop(id: string): void {
    const left = (this.#counts.get(id) ?? 0) - 1;
    if (left > 0) return void this.#counts.set(id, left);
    this.#counts.delete(id);
    if (this.#lost === undefined) void this.#remote.drop(id, this.#seen);
  }

  /** See {@linkcode ObjectLink}. */
  keep(proxy: object): void {
    if (this.#lost === undefined) this.#kept.add(proxy);
  }

  /** See {@linkcode ObjectLink}. */
  received(id: string): void {
    this.#count(id);
  }

  #count(id: string): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
  }

  async #ask(
    args: readonly unknown[],
    send: (bytes: Uint8Array) => Promise<Uint8Array>,
    signal?: AbortSignal,
    token = 0,
  ): Promise<unknown> {
    if (this.#lost !== undefined) throw this.#lost;
    signal?.throwIfAborted();
    throwIfInterrupted();
    const bytes = passing({ to: this }, () => encodingForOutside(() => encodeBytes([...args], "args")));
    const cancel = (): void => void this.#remote.cancel(token);
    signal?.addEventListener("abort", cancel, { once: true });
    let answer: Uint8Array;
    try {
      answer = await this.#settled(send(bytes));
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    const [isValue, outcome, number] = passing({ from: this }, () => decodeBytes(answer)) as Answer;
    this.#seen = number;
    if (isValue) return outcome;
    if (signal?.aborted && (outcome as { code?: unknown }).code === "ERR_ABANDONED") throw signal.reason;
    throw outcome;
  }

  /** `promise`, unless the connection ends or this process is interrupted before; it keeps the program alive. */
  #settled<T>(promise: Promise<T>): Promise<T> {
    const { promise: settled, resolve, reject } = deferred<T>();
    if (this.#pending.size === 0) this.#frames.hold();
    const leave = (): void => {
      deaf();
      if (this.#pending.delete(fail) && this.#pending.size === 0) this.#frames.release();
    };
    const fail = (error: Error): void => {
      leave();
      reject(error);
    };
    const deaf = onInterrupt(fail);
    this.#pending.add(fail);
    promise.then((value) => {
      leave();
      resolve(value);
    }, fail);
    return settled;
  }
}
