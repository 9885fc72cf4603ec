import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeBytes } from "../channel/decode_bytes.ts";
import { BufferTooShortError, ClosedError, ManyhandsError, UnsupportedError } from "../core/errors.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import type { WaitOptions } from "../sync/word_wait.ts";
import { checkLength } from "./frame_socket.ts";

/** The bytes of the next value, as they were sent. */
export let receiveEncoded: (connection: Connection, options?: WaitOptions) => Promise<Uint8Array>;

/** What bytes can be sent from or received into: any view, or a whole buffer. */
export type BytesLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/**
 * One end of a two-way or one-way stream of messages. Python: `multiprocessing.connection.Connection`. {@linkcode Pipe}
 * makes two that belong together.
 *
 * Each call sends or receives one whole message. `send` and `recv` carry any value that can be an argument of a task,
 * `sendBytes` and `recvBytes` carry bytes as they are. Where several wait for a message of one end, each message goes to
 * one of them.
 *
 * Every wait takes `timeout` (milliseconds) and `signal`; it rejects with a `TimeoutError` or the signal's reason, and
 * then has taken or stored nothing. The `…Sync` forms block the thread and are meant for workers.
 *
 * @example
 * ```ts
 * import { Pipe } from "@manyhands/manyhands";
 *
 * const [a, b] = Pipe();
 * await a.send({ hello: "world" });
 * console.log(await b.recv()); // { hello: "world" }
 * a.close();
 * b.close();
 * ```
 */
export abstract class Connection {
  /** Whether this end receives. */
  readonly readable: boolean;
  /** Whether this end sends. */
  readonly writable: boolean;

  /** For subclasses: which ways it goes. */
  constructor(readable: boolean, writable: boolean) {
    this.readable = readable;
    this.writable = writable;
  }

  /** Whether this handle was closed. */
  abstract get closed(): boolean;

  /** Closes this handle; others to the same end stay open. A second call does nothing. */
  abstract close(): void;

  /** Sends the bytes of one message. The caller may change them once the promise has resolved. */
  protected abstract sendFrame(bytes: Uint8Array, options?: WaitOptions): Promise<void>;

  /** The bytes of the next message, which are the caller's. */
  protected abstract recvFrame(options?: WaitOptions): Promise<Uint8Array<ArrayBuffer>>;

  /** Whether there is a message, or the end of the stream, within `timeout` milliseconds. */
  protected abstract pollFrame(options: WaitOptions): Promise<boolean>;

  /** Its side for `wait`. */
  protected abstract readiness(): Readiness;

  /** As `sendFrame`, but blocks the thread. */
  protected sendFrameSync(_bytes: Uint8Array, _timeout?: number): void {
    throw this.#notBlocking("sendSync");
  }

  /** As `recvFrame`, but blocks the thread. */
  protected recvFrameSync(_timeout?: number): Uint8Array<ArrayBuffer> {
    throw this.#notBlocking("recvSync");
  }

  /** As `pollFrame`, but blocks the thread. */
  protected pollFrameSync(_timeout: number): boolean {
    throw this.#notBlocking("pollSync");
  }

  /**
   * Sends a value. It is copied: later changes of it do not show on the other side.
   *
   * @throws {TaskEncodingError} if the value cannot be sent; nothing is sent then.
   * @throws {ClosedError} if this end is closed or only receives, or the other end is closed. Python: OSError.
   * @throws {TimeoutError} if there was no room within the `timeout`.
   */
  async send(value: unknown, options?: WaitOptions): Promise<void> {
    this.checkWritable();
    await this.sendFrame(encodeBytes(value, "message"), options);
  }

  /** As `send`, but blocks the thread until there is room, at most `timeout` milliseconds. */
  sendSync(value: unknown, timeout?: number): void {
    this.checkWritable();
    this.sendFrameSync(encodeBytes(value, "message"), timeout);
  }

  /**
   * The next value.
   *
   * @throws {EndOfStreamError} if the other end is closed and everything that it sent was received. Python: EOFError.
   * @throws {ClosedError} if this end is closed or only sends. Python: OSError.
   * @throws {TimeoutError} if nothing came within the `timeout`.
   */
  async recv(options?: WaitOptions): Promise<unknown> {
    this.checkReadable();
    return decodeBytes(await this.recvFrame(options));
  }

  /** As `recv`, but blocks the thread, at most `timeout` milliseconds. */
  recvSync(timeout?: number): unknown {
    this.checkReadable();
    return decodeBytes(this.recvFrameSync(timeout));
  }

  /**
   * Sends `size` bytes of a buffer or view from byte `offset` on, by default all that follow. Python: `send_bytes`.
   *
   * @throws {ManyhandsError} with code `ERR_MESSAGE_TOO_LONG` if they are more than 2,147,418,112 bytes.
   * @throws {RangeError} if the buffer has no such bytes.
   * @throws As `send`.
   */
  async sendBytes(source: BytesLike, offset: number = 0, size?: number, options?: WaitOptions): Promise<void> {
    this.checkWritable();
    await this.sendFrame(checkLength(part(source, offset, size)), options);
  }

  /** As `sendBytes`, but blocks the thread. */
  sendBytesSync(source: BytesLike, offset: number = 0, size?: number, timeout?: number): void {
    this.checkWritable();
    this.sendFrameSync(checkLength(part(source, offset, size)), timeout);
  }

  /**
   * The bytes of the next message. Python: `recv_bytes`.
   *
   * @throws {ManyhandsError} with code `ERR_MESSAGE_TOO_LONG` if it has more than `maxlength` bytes; the message is lost
   * and this end is closed. Python: OSError.
   * @throws {RangeError} if `maxlength` is negative.
   * @throws As `recv`.
   */
  async recvBytes(maxlength?: number, options?: WaitOptions): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkMaxlength(maxlength);
    return this.#withinLength(await this.recvFrame(options), maxlength);
  }

  /** As `recvBytes`, but blocks the thread. */
  recvBytesSync(maxlength?: number, timeout?: number): Uint8Array<ArrayBuffer> {
    this.#checkMaxlength(maxlength);
    return this.#withinLength(this.recvFrameSync(timeout), maxlength);
  }

  /**
   * Receives the bytes of the next message into a buffer or view, from its byte `offset` on, and resolves to their number.
   * Python: `recv_bytes_into`.
   *
   * @throws {BufferTooShortError} with the whole message if they do not fit.
   * @throws {RangeError} if `offset` lies outside the buffer.
   * @throws As `recv`.
   */
  async recvBytesInto(target: BytesLike, offset: number = 0, options?: WaitOptions): Promise<number> {
    this.checkReadable();
    const room = part(target, offset);
    return fill(room, await this.recvFrame(options));
  }

  /** As `recvBytesInto`, but blocks the thread. */
  recvBytesIntoSync(target: BytesLike, offset: number = 0, timeout?: number): number {
    this.checkReadable();
    const room = part(target, offset);
    return fill(room, this.recvFrameSync(timeout));
  }

  /**
   * Whether `recv` has something to give, a message or the end of the stream, at once or within `timeout` milliseconds;
   * `Infinity` waits without a limit.
   *
   * @throws {ClosedError} if this end is closed or only sends. Python: OSError.
   */
  async poll(timeout: number = 0, options?: { readonly signal?: AbortSignal | undefined }): Promise<boolean> {
    this.checkReadable();
    return await this.pollFrame({ ...options, timeout });
  }

  /** As `poll`, but blocks the thread. */
  pollSync(timeout: number = 0): boolean {
    this.checkReadable();
    return this.pollFrameSync(timeout);
  }

  /** `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Throws unless this end is open and receives. */
  protected checkReadable(): void {
    this.#checkOpen();
    if (!this.readable) throw new ClosedError("Connection only sends: it cannot receive");
  }

  /** Throws unless this end is open and sends. */
  protected checkWritable(): void {
    this.#checkOpen();
    if (!this.writable) throw new ClosedError("Connection only receives: it cannot send");
  }

  static {
    receiveEncoded = (connection, options) => connection.recvFrame(options);
    Object.defineProperty(Connection.prototype, waitable, {
      value(this: Connection) {
        this.checkReadable();
        return this.readiness();
      },
    });
  }

  #checkOpen(): void {
    if (this.closed) throw new ClosedError("Connection is closed");
  }

  #checkMaxlength(maxlength: number | undefined): void {
    this.checkReadable();
    if (maxlength === undefined || maxlength >= 0) return;
    throw new RangeError(`Longest message to receive must be a number of bytes from 0 on, got ${maxlength}`);
  }

  #withinLength(message: Uint8Array<ArrayBuffer>, maxlength: number = Infinity): Uint8Array<ArrayBuffer> {
    if (message.length <= maxlength) return message;
    this.close();
    throw new ManyhandsError(
      "ERR_MESSAGE_TOO_LONG",
      `Received a message of ${message.length} bytes, expected at most ${maxlength}; the connection is closed`,
    );
  }

  #notBlocking(method: string): UnsupportedError {
    return new UnsupportedError(`${this.constructor.name} cannot block the thread: it has no ${method}`);
  }
}

/** Ready for `wait` when `recv` has something to give: a message, or the end of the stream. */
export interface Connection extends Waitable {}

function part(source: BytesLike, offset: number, size?: number): Uint8Array {
  if (typeof source !== "object" || source === null) {
    throw new TypeError(`Expected bytes to send: an array buffer or a view of one, found ${typeof source}`);
  }
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const end = size === undefined ? bytes.length : offset + size;
  if (Number.isInteger(offset) && Number.isInteger(end) && offset >= 0 && offset <= end && end <= bytes.length) {
    return bytes.subarray(offset, end);
  }
  const wanted = size === undefined ? `those from ${offset} on` : `${size} from ${offset} on`;
  throw new RangeError(`Buffer has ${bytes.length} bytes, found that ${wanted} were asked for`);
}

function fill(room: Uint8Array, message: Uint8Array<ArrayBuffer>): number {
  if (message.length > room.length) throw new BufferTooShortError(message, room.length);
  room.set(message);
  return message.length;
}
