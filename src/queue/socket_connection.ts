import { decodeBytes, encodeBytes } from "../channel/byte_codec.ts";
import { type SettleOptions, settlesUnless } from "../core/deadline.ts";
import { type Deferred, deferred } from "../core/deferred.ts";
import { ClosedError, EndOfStreamError, TimeoutError } from "../core/errors.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import { encodingForOutside } from "../core/wire.ts";
import type { FrameSocket } from "./frame_socket.ts";

/** Bytes that may lie here unread before the other side has to wait. */
const READ_AHEAD_BYTES = 1 << 20;

/**
 * A connection over a socket, from {@linkcode Client} or `Listener.accept`. Messages arrive whole and in order. What waits
 * for one keeps the program alive; an idle connection does not.
 *
 * Values are copied for another process of the operating system: what lives in shared memory cannot go along.
 */
export class SocketConnection {
  /** Whether it can receive; always. */
  readonly readable: boolean = true;
  /** Whether it can send; always. */
  readonly writable: boolean = true;
  readonly #frames: FrameSocket;
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #isPaused = false;
  #isAtEnd = false;
  #isClosed = false;
  #change: Deferred<void> = deferred();

  /** Takes the messages of a socket over. Users get connections from {@linkcode Client} and `Listener.accept`. */
  constructor(frames: FrameSocket) {
    this.#frames = frames;
    frames.onFrame((frame) => this.#store(frame));
    frames.onEnd(() => {
      this.#isAtEnd = true;
      this.#changed();
    });
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a value. Resolves when the system has taken it.
   *
   * @throws {TaskEncodingError} where a part of it cannot travel; nothing is sent then
   * @throws {ClosedError} after `close`, and where the other side has gone
   */
  async send(value: unknown): Promise<void> {
    this.#assertOpen("send to");
    await this.#write(encodingForOutside(() => encodeBytes(value, "value")));
  }

  /**
   * Receives a value.
   *
   * @throws {EndOfStreamError} where the other side is closed and everything was received
   * @throws {ClosedError} after `close`
   * @throws {TimeoutError} after `timeout` milliseconds
   */
  async recv(options?: SettleOptions): Promise<unknown> {
    return decodeBytes(await this.recvBytes(undefined, options));
  }

  /**
   * Sends bytes as one message: `size` of them from `offset` on.
   *
   * @throws {RangeError} where there are not as many
   * @throws {ClosedError} after `close`, and where the other side has gone
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBufferLike, offset = 0, size?: number): Promise<void> {
    this.#assertOpen("send to");
    const all = bytesOf(bytes);
    const count = size ?? all.length - offset;
    if (!(offset >= 0 && count >= 0 && offset + count <= all.length)) {
      throw new RangeError(`Cannot send ${count} bytes from ${offset} on: there are ${all.length}`);
    }
    await this.#write(all.slice(offset, offset + count));
  }

  /**
   * Receives the bytes of one message.
   *
   * @throws {RangeError} where it has more than `maxlength`; the connection is closed then
   * @throws {EndOfStreamError} where the other side is closed and everything was received
   * @throws {ClosedError} after `close`
   * @throws {TimeoutError} after `timeout` milliseconds
   */
  async recvBytes(maxlength?: number, options: SettleOptions = {}): Promise<Uint8Array> {
    if (maxlength !== undefined && !(maxlength >= 0)) throw new RangeError(`Negative maxlength: ${maxlength}`);
    if (!await this.#waitFor(options)) throw new TimeoutError(`No message came in ${options.timeout} ms`);
    const frame = this.#unread[0];
    if (frame === undefined) throw new EndOfStreamError("The other end of the connection is closed");
    if (maxlength !== undefined && frame.length > maxlength) {
      this.close();
      throw new RangeError(`The message has ${frame.length} bytes; the limit is ${maxlength}`);
    }
    this.#unread.shift();
    this.#unreadBytes -= frame.length;
    if (this.#isPaused && this.#unreadBytes < READ_AHEAD_BYTES) {
      this.#isPaused = false;
      this.#frames.resume();
    }
    return frame;
  }

  /**
   * Waits up to `timeout` milliseconds for a message, without taking it. By default it looks once. At the end of the
   * stream it is true, as in Python: `recv` has something to say.
   *
   * @throws {ClosedError} after `close`
   */
  poll(timeout: number | SettleOptions = 0): Promise<boolean> {
    return this.#waitFor(typeof timeout === "number" ? { timeout } : timeout);
  }

  /** Closes this end; the other side receives what was sent and then the end. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unread = [];
    this.#frames.end();
    if (this.#isPaused) this.#frames.resume();
    this.#changed();
  }

  /** `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #readiness(): Readiness {
    this.#assertOpen("wait for");
    return {
      isReady: () => this.#isReady(),
      whenReady: async (signal) => void await this.#waitFor({ signal }).catch(() => false),
    };
  }

  static {
    Object.defineProperty(SocketConnection.prototype, waitable, {
      value(this: SocketConnection) {
        return this.#readiness();
      },
    });
  }

  #isReady(): boolean {
    return this.#unread.length > 0 || this.#isAtEnd || this.#isClosed;
  }

  async #waitFor({ timeout = Infinity, signal }: SettleOptions): Promise<boolean> {
    this.#assertOpen("receive from");
    const deadline = performance.now() + timeout;
    this.#frames.hold();
    try {
      while (!this.#isReady()) {
        if (!await settlesUnless(this.#change.promise, { timeout: deadline - performance.now(), signal })) {
          return this.#isReady();
        }
      }
    } finally {
      this.#frames.release();
    }
    this.#assertOpen("receive from");
    return true;
  }

  #store(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#unread.push(frame);
    this.#unreadBytes += frame.length;
    if (this.#unreadBytes >= READ_AHEAD_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#frames.pause();
    }
    this.#changed();
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = deferred();
    resolve();
  }

  async #write(frame: Uint8Array): Promise<void> {
    this.#frames.hold();
    try {
      await this.#frames.send(frame);
    } catch (cause) {
      if (cause instanceof RangeError) throw cause;
      throw new ClosedError("Cannot send: the other end of the connection is closed", { cause });
    } finally {
      this.#frames.release();
    }
  }

  #assertOpen(verb: string): void {
    if (this.#isClosed) throw new ClosedError(`Cannot ${verb} the connection: it is closed`);
  }
}

/** Ready for `wait` once a message or the end has come. */
export interface SocketConnection extends Waitable {}

function bytesOf(bytes: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer || bytes instanceof SharedArrayBuffer) return new Uint8Array(bytes);
  throw new TypeError(`Cannot send as bytes: expected a view or buffer, found ${typeof bytes}`);
}
