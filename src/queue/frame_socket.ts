import { ManyhandsError, OutOfMemoryError } from "../core/errors.ts";
import type { ByteSocket, SocketAddress } from "../runtime/sockets.ts";

const HEADER_BYTES = 4;
/** A longer message is written by itself after its header, rather than copied behind it. */
const LONGEST_COPY = 1 << 16;
/** Memory is taken for a whole message once one part in so many has come: who announces much has to send some of it. */
const PARTS_UNPROVED = 4;
/** The longest message, in bytes. */
export const LONGEST_FRAME: number = 2 ** 31 - 2 ** 16;

/** Checks how long the messages of another side may be. Throws a RangeError where that is no number of bytes. */
export function checkLongest(maxMessageBytes: number): number {
  if (Number.isInteger(maxMessageBytes) && maxMessageBytes > 0 && maxMessageBytes <= LONGEST_FRAME) {
    return maxMessageBytes;
  }
  throw new RangeError(
    `Expected from 1 to ${LONGEST_FRAME} bytes as maxMessageBytes, found ${String(maxMessageBytes)}`,
  );
}

function tooLong(text: string): ManyhandsError {
  return new ManyhandsError("ERR_MESSAGE_TOO_LONG", text);
}

/** Throws a `ManyhandsError` with code `ERR_MESSAGE_TOO_LONG` where a message is longer than any may be. */
export function checkLength(frame: Uint8Array): Uint8Array {
  if (frame.length <= LONGEST_FRAME) return frame;
  throw tooLong(`Cannot send a message of ${frame.length} bytes: the longest has ${LONGEST_FRAME}`);
}

/**
 * Messages over a stream of bytes: four bytes of length, the highest first, and so many bytes. That is also what CPython's
 * `multiprocessing.connection` sends for messages up to 2 GiB.
 */
export class FrameSocket {
  readonly #socket: ByteSocket;
  /** What has come and is in no message yet. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** How long the next message is, once that is known. */
  #length: number | undefined;
  /** The next message as far as it has come, once there is memory for it. */
  #frame: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  readonly #longest: number;
  #limit: number;
  #allowed = Infinity;
  readonly #returned: Uint8Array<ArrayBuffer>[] = [];
  #listener: ((frame: Uint8Array<ArrayBuffer>) => void) | undefined;

  /** Takes the socket over. The other side may send messages of `longest` bytes. */
  constructor(socket: ByteSocket, longest: number = LONGEST_FRAME) {
    this.#socket = socket;
    this.#longest = this.#limit = longest;
  }

  /** The other end's address, where it has one. */
  get remote(): SocketAddress | undefined {
    return this.#socket.remote;
  }

  /** Gives each message to `listener`, whose bytes they are, in place of the listener before. Reading begins with the first. */
  onFrame(listener: (frame: Uint8Array<ArrayBuffer>) => void): void {
    const isFirst = this.#listener === undefined;
    this.#listener = listener;
    if (isFirst) this.#socket.onData((bytes) => this.#take(bytes));
    for (const frame of this.#returned.splice(0)) listener(frame);
  }

  /**
   * Until `trust` takes `count` messages of at most `limit` bytes, and reads no further: a longer one ends the connection
   * before memory is taken for it.
   */
  restrict(count: number, limit: number): void {
    this.#allowed = count;
    this.#limit = limit;
  }

  /** Ends what `restrict` began, and takes what has come since. */
  trust(): void {
    this.#allowed = Infinity;
    this.#limit = this.#longest;
    this.#socket.resume();
    this.#parse();
  }

  /** Takes messages back, for the next listener. */
  giveBack(frames: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#returned.push(...frames);
  }

  /** Calls `listener` once, when no further message will come. */
  onEnd(listener: (error: Error | undefined) => void): void {
    this.#socket.onEnd((error) => listener(this.#failure ?? error));
  }

  /** Resolves when the system has taken the message, whose bytes must not be changed before. */
  send(frame: Uint8Array): Promise<void> {
    checkLength(frame);
    const isCopied = frame.length <= LONGEST_COPY;
    const bytes = new Uint8Array(HEADER_BYTES + (isCopied ? frame.length : 0));
    new DataView(bytes.buffer).setUint32(0, frame.length);
    if (isCopied) bytes.set(frame, HEADER_BYTES);
    const written = this.#socket.write(bytes);
    if (isCopied) return written;
    // The second tells of what ails the first.
    written.catch(() => {});
    return this.#socket.write(frame);
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Lets the program live until as many `release`. */
  hold(): void {
    this.#socket.hold();
  }

  /** Takes one `hold` back. */
  release(): void {
    this.#socket.release();
  }

  /** Sends what was sent and then the end. */
  end(): void {
    this.#socket.end();
  }

  /** Drops the connection at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #failure: Error | undefined;

  #take(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    this.#parse();
  }

  #parse(): void {
    while (this.#length !== undefined || this.#begins()) {
      const length = this.#length!;
      if (this.#frame === undefined) {
        if (this.#held * PARTS_UNPROVED < length) return;
        try {
          this.#frame = new Uint8Array(length);
        } catch (cause) {
          return this.#fail(new OutOfMemoryError(`No memory for a message of ${length} bytes`, { cause }));
        }
      }
      this.#filled += this.#drain(this.#frame.subarray(this.#filled));
      if (this.#filled < length) return;
      const frame = this.#frame;
      this.#frame = this.#length = undefined;
      this.#filled = 0;
      this.#allowed--;
      this.#listener!(frame);
    }
  }

  /** Takes the length of the next message, where it has come and the message may. */
  #begins(): boolean {
    if (this.#held < HEADER_BYTES) return false;
    if (this.#allowed <= 0) {
      this.#socket.pause();
      return false;
    }
    const header = new Uint8Array(HEADER_BYTES);
    this.#drain(header);
    const length = new DataView(header.buffer).getUint32(0);
    const isTooLong = length > this.#limit;
    if (isTooLong) {
      this.#fail(tooLong(`The other side announced a message of ${length} bytes; the limit is ${this.#limit}`));
    } else this.#length = length;
    return !isTooLong;
  }

  /** Moves what has come into `target`, as far as there is room. Returns how many bytes that were. */
  #drain(target: Uint8Array): number {
    let filled = 0;
    let used = 0;
    for (const piece of this.#pieces) {
      const part = piece.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (part.length < piece.length) {
        this.#pieces[used] = piece.subarray(part.length);
        break;
      }
      used++;
    }
    this.#pieces.splice(0, used);
    this.#held -= filled;
    return filled;
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    this.#pieces = [];
    this.#held = 0;
    this.#frame = undefined;
    this.#socket.destroy();
  }
}
