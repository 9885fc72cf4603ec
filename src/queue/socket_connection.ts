import { encodeBytes } from "../channel/byte_codec.ts";
import { decodeForeign } from "../channel/decode_foreign.ts";
import { Change } from "../core/change.ts";
import { settlesUnless } from "../core/deadline.ts";
import { ClosedError, EndOfStreamError, ManyhandsError, TimeoutError } from "../core/errors.ts";
import type { Readiness } from "../core/waitable.ts";
import { encodingForOutside } from "../core/wire.ts";
import { isWaitingForOthers, type WaitOptions } from "../sync/word_wait.ts";
import { Connection } from "./connection.ts";
import type { FrameSocket } from "./frame_socket.ts";

/** Bytes that may lie here unread before the other side has to wait. */
const READ_AHEAD_BYTES = 1 << 20;

/**
 * A connection over a socket, from {@linkcode Client} or `Listener.accept`. What waits for a message keeps the program
 * alive; an idle connection does not. It cannot block the thread, and cannot be sent to another process.
 *
 * Values are copied for another process of the operating system: what lives in shared memory cannot go along.
 */
export class SocketConnection extends Connection {
  readonly #frames: FrameSocket;
  #unread: Uint8Array<ArrayBuffer>[] = [];
  #unreadBytes = 0;
  #isPaused = false;
  #isAtEnd = false;
  #failure: Error | undefined;
  #isClosed = false;
  readonly #change: Change = new Change();

  /** Takes the messages of a socket over. Users get connections from {@linkcode Client} and `Listener.accept`. */
  constructor(frames: FrameSocket) {
    super(true, true);
    this.#frames = frames;
    frames.onFrame((frame) => this.#store(frame));
    frames.onEnd((error) => {
      this.#isAtEnd = true;
      this.#failure = error;
      this.#change.happen();
    });
  }

  /** Whether `close` was called. */
  override get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a value. Resolves when the system has taken it; a timeout is not needed and not heeded.
   *
   * @throws {TaskEncodingError} where a part of it cannot travel; nothing is sent then
   * @throws {ClosedError} after `close`, and where the other side has gone
   */
  override async send(value: unknown, options?: WaitOptions): Promise<void> {
    this.checkWritable();
    await this.#send(encodingForOutside(() => encodeBytes(value, "message")), options);
  }

  /**
   * The next value. What the other side made up is refused: whatever it sent, that is a value, or an error here.
   *
   * @throws {ManyhandsError} with code `ERR_BAD_MESSAGE` where the message holds none; the next `recv` has the next
   * @throws {ManyhandsError} with code `ERR_MESSAGE_TOO_LONG` where the other side announced one beyond `maxMessageBytes`;
   * the connection has ended then
   * @throws {OutOfMemoryError} where there is no memory for it; the connection has ended then
   * @throws {EndOfStreamError} once the other side is gone and everything that it sent was received. Python: EOFError.
   * @throws {ClosedError} after `close`
   * @throws {TimeoutError} where nothing came within the `timeout`
   */
  override async recv(options?: WaitOptions): Promise<unknown> {
    this.checkReadable();
    return decodeForeign(await this.recvFrame(options));
  }

  /** Closes this end; the other side receives what was sent and then the end. May be called again. */
  override close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unread = [];
    this.#frames.end();
    if (this.#isPaused) this.#frames.resume();
    this.#change.happen();
  }

  /** Gives the socket away, for those who hear of messages as they come; the connection is closed to its users. */
  takeFrames(): FrameSocket {
    this.checkReadable();
    this.#isClosed = true;
    this.#frames.giveBack(this.#unread.splice(0));
    this.#change.happen();
    if (this.#isPaused) this.#frames.resume();
    return this.#frames;
  }

  /** Sends the bytes of one message, which are copied. */
  protected override async sendFrame(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    await this.#send(new Uint8Array(bytes), options);
  }

  async #send(bytes: Uint8Array, options: WaitOptions | undefined): Promise<void> {
    options?.signal?.throwIfAborted();
    this.#frames.hold();
    try {
      await this.#frames.send(bytes);
    } catch (cause) {
      if (cause instanceof ManyhandsError) throw cause;
      throw new ClosedError("Cannot send: the other end of the connection is closed", { cause });
    } finally {
      this.#frames.release();
    }
  }

  /** The bytes of the next message. */
  protected override async recvFrame(options: WaitOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const frame = await this.#nextFrame(options);
    this.#unreadBytes -= frame.length;
    if (this.#isPaused && this.#unreadBytes < READ_AHEAD_BYTES) {
      this.#isPaused = false;
      this.#frames.resume();
    }
    return frame;
  }

  async #nextFrame({ timeout = Infinity, signal }: WaitOptions): Promise<Uint8Array<ArrayBuffer>> {
    const deadline = performance.now() + timeout;
    for (let left = timeout;; left = deadline - performance.now()) {
      if (!await this.pollFrame({ timeout: left, signal })) throw new TimeoutError(`No message came in ${timeout} ms`);
      const frame = this.#unread.shift();
      if (frame !== undefined) return frame;
      // Else another one who waited has taken what came.
      if (this.#isAtEnd) throw this.#endOfStream();
    }
  }

  /** Whether there is a message or the end. */
  protected override async pollFrame({ timeout = Infinity, signal }: WaitOptions): Promise<boolean> {
    const deadline = performance.now() + timeout;
    const isOwn = !isWaitingForOthers();
    if (isOwn) this.#frames.hold();
    try {
      while (!this.#isReady()) {
        if (!await settlesUnless(this.#change.next, { timeout: deadline - performance.now(), signal })) {
          return this.#isReady();
        }
      }
    } finally {
      if (isOwn) this.#frames.release();
    }
    this.checkReadable();
    return true;
  }

  /** Its side for `wait`. */
  protected override readiness(): Readiness {
    return {
      isReady: () => this.#isReady(),
      whenReady: async (signal) => void await this.pollFrame({ signal }).catch(() => false),
    };
  }

  #endOfStream(): Error {
    const cause = this.#failure;
    if (cause instanceof ManyhandsError) return cause;
    return new EndOfStreamError("The other end of the connection is closed", cause === undefined ? {} : { cause });
  }

  #isReady(): boolean {
    return this.#unread.length > 0 || this.#isAtEnd || this.#isClosed;
  }

  #store(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosed) return;
    this.#unread.push(frame);
    this.#unreadBytes += frame.length;
    if (this.#unreadBytes >= READ_AHEAD_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#frames.pause();
    }
    this.#change.happen();
  }
}
