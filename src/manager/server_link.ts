import { releaseProxy, type Remote, wrap } from "comlink";
import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeForeign } from "../channel/decode_foreign.ts";
import { type Deferred, deferred } from "../core/deferred.ts";
import { ManagerLostError } from "../core/errors.ts";
import { onInterrupt, throwIfInterrupted } from "../core/interrupt.ts";
import { encodingForOutside } from "../core/wire.ts";
import { describeAddress } from "../queue/address.ts";
import { Client } from "../queue/client.ts";
import type { SocketConnection } from "../queue/socket_connection.ts";
import { comlinkSide } from "./endpoint.ts";
import { keyOfText } from "./key_text.ts";
import type { Line } from "./line.ts";
import { meetServer } from "./meeting.ts";
import { type CallOptions, type ObjectLink, type Passage, passing, type ServerPlace } from "./object_link.ts";
import type { Answer, AnswerMessage, CallMessage, ServerApi } from "./server_api.ts";

/** Connects to a server; `onLost` is called when the connection has ended. Rejects with a `ManagerLostError` or worse. */
export async function openLink({ address, key }: ServerPlace, onLost: () => void): Promise<ServerLink> {
  const place = describeAddress(address);
  try {
    const connection = await Client(address, { authkey: keyOfText(key) });
    return new ServerLink(await meetServer(connection as SocketConnection), place, onLost);
  } catch (cause) {
    if (!ABSENT.has((cause as { code?: unknown }).code)) throw cause;
    throw new ManagerLostError(`No manager answers at ${place}`, { cause });
  }
}

/** Codes of errors that say that nobody is there, or nobody who talks as a server. */
const ABSENT: ReadonlySet<unknown> = new Set(["ERR_CONNECT", "ERR_CLOSED", "ERR_END_OF_STREAM", "ERR_TIMEOUT"]);

/** Milliseconds that a server has to say what became of a call that was given up; it may be busy for ever. */
const CANCEL_MS = 1000;

/** This thread's connection to a server. */
export class ServerLink implements ObjectLink {
  readonly #line: Line;
  readonly #remote: Remote<ServerApi>;
  readonly #place: string;
  readonly #onLost: () => void;
  readonly #pending: Map<number, Deferred<unknown>> = new Map();
  readonly #kept: Set<object> = new Set();
  readonly #counts: Map<string, number> = new Map();
  readonly #from: Passage = { from: this };
  readonly #to: Passage = { to: this };
  #deaf: () => void = () => {};
  #lastNumber = 0;
  #seen = 0;
  #isClosing = false;
  #lost: ManagerLostError | undefined;

  /** Takes a line over. */
  constructor(line: Line, place: string, onLost: () => void) {
    this.#line = line;
    this.#place = place;
    this.#onLost = onLost;
    const comlink = comlinkSide(line);
    this.#remote = wrap<ServerApi>(comlink.endpoint);
    line.onEnd(() => this.lose());
    line.onInterrupt((error) => this.#failAll(error));
    line.onMessage(([number, content]) => {
      if (number === 0) comlink.receive(content);
      else this.#settle(number, content as AnswerMessage[1]);
    });
  }

  /** Takes it that the server is gone: all calls reject. */
  lose(): void {
    this.#end(`The manager at ${this.#place} is gone`, () => this.#line.destroy());
  }

  /** The process whose link this is has ended: once no call waits it ends, or by force at once. */
  close(isForced: boolean): void {
    this.#isClosing = true;
    if (isForced || this.#pending.size === 0) this.#finish();
  }

  #finish(): void {
    this.#end(`The process has ended that used the manager at ${this.#place}`, () => this.#line.end());
  }

  #end(reason: string, endLine: () => void): void {
    if (this.#lost !== undefined) return;
    this.#lost = new ManagerLostError(reason);
    endLine();
    // Comlink keeps the line of a proxy that was not released, and this link keeps the proxy.
    this.#remote[releaseProxy]();
    this.#onLost();
    this.#kept.clear();
    this.#failAll(this.#lost);
  }

  /** Makes an object of a type; a proxy of it. */
  async create(type: string, args: readonly unknown[]): Promise<unknown> {
    this.#assertUsable();
    const bytes = this.#encode(args);
    return this.#outcome(await this.#whileHere(this.#remote.create(type, bytes)));
  }

  /** See {@linkcode ObjectLink}. */
  call(id: string, method: string, args: readonly unknown[], { signal }: CallOptions = {}): Promise<unknown> {
    try {
      this.#assertUsable();
      signal?.throwIfAborted();
      const number = ++this.#lastNumber;
      const answer = this.#wait(number);
      try {
        this.#line.send([number, id, method, this.#encode(args)] satisfies CallMessage);
      } catch (error) {
        this.#leave(number);
        throw error;
      }
      return signal === undefined ? answer : this.#unlessAborted(number, answer, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Ends the server; resolves when it has heard of it, or is gone. */
  async shutdown(): Promise<void> {
    if (this.#lost !== undefined) return;
    await this.#whileHere(this.#remote.shutdown()).catch(() => {});
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

  #assertUsable(): void {
    if (this.#lost !== undefined) throw this.#lost;
    throwIfInterrupted();
  }

  #encode(args: readonly unknown[]): Uint8Array {
    return passing(this.#to, () => encodingForOutside(() => encodeBytes(args, "args")));
  }

  /** The value of an answer. Throws its error. */
  #outcome(answer: Uint8Array): unknown {
    const [isValue, outcome, number] = passing(this.#from, () => decodeForeign(answer)) as Answer;
    this.#seen = number;
    if (isValue) return outcome;
    throw outcome;
  }

  async #unlessAborted(number: number, answer: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    let patience: ReturnType<typeof setTimeout> | undefined;
    const cancel = (): void => {
      if (this.#lost !== undefined) return;
      void this.#remote.cancel(number);
      patience = setTimeout(() => this.#leave(number)?.reject(signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await answer;
    } catch (error) {
      if (signal.aborted && (error as { code?: unknown }).code === "ERR_ABANDONED") throw signal.reason;
      throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
      clearTimeout(patience);
    }
  }

  /** `promise`, unless the connection ends or this process is interrupted before. */
  #whileHere<T>(promise: PromiseLike<T>): Promise<T> {
    const number = ++this.#lastNumber;
    const settled = this.#wait(number);
    promise.then((value) => this.#leave(number)?.resolve(value), (error) => this.#leave(number)?.reject(error));
    return settled as Promise<T>;
  }

  /** Waits for what `#leave` finds; that keeps the program alive. */
  #wait(number: number): Promise<unknown> {
    const waiting = deferred<unknown>();
    if (this.#pending.size === 0) {
      this.#line.hold();
      this.#deaf = onInterrupt((error) => this.#failAll(error));
    }
    this.#pending.set(number, waiting);
    return waiting.promise;
  }

  #leave(number: number): Deferred<unknown> | undefined {
    const waiting = this.#pending.get(number);
    if (!this.#pending.delete(number) || this.#pending.size > 0) return waiting;
    this.#line.release();
    this.#deaf();
    // After who waited, who may call again.
    if (this.#isClosing) queueMicrotask(() => this.#pending.size === 0 && this.#finish());
    return waiting;
  }

  #settle(number: number, answer: Uint8Array): void {
    const waiting = this.#leave(number);
    try {
      // Also of an answer for which nobody waits any more, since there may be proxies in it.
      const value = this.#outcome(answer);
      waiting?.resolve(value);
    } catch (error) {
      waiting?.reject(error);
    }
  }

  #failAll(error: Error): void {
    for (const number of [...this.#pending.keys()]) this.#leave(number)?.reject(error);
  }
}
