import { ManyhandsError } from "../core/errors.ts";
import type { ByteSocket, SocketAddress } from "../runtime/sockets.ts";

const HEADER_BYTES = 4;
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
  #pieces: Uint8Array[] = [];
  #held = 0;
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

  /** Resolves when the system has taken the message. */
  send(frame: Uint8Array): Promise<void> {
    checkLength(frame);
    const bytes = new Uint8Array(HEADER_BYTES + frame.length);
    new DataView(bytes.buffer).setUint32(0, frame.length);
    bytes.set(frame, HEADER_BYTES);
    return this.#socket.write(bytes);
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
    while (this.#held >= HEADER_BYTES) {
      if (this.#allowed <= 0) return this.#socket.pause();
      const head = this.#joined(HEADER_BYTES);
      const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
      if (length > this.#limit) return this.#refuse(length);
      if (this.#held < HEADER_BYTES + length) return;
      const whole = this.#joined(HEADER_BYTES + length);
      // Not by slice, which of Node's own kind of byte array gives a view.
      const frame = new Uint8Array(whole.subarray(HEADER_BYTES, HEADER_BYTES + length));
      const rest = whole.subarray(HEADER_BYTES + length);
      this.#held -= HEADER_BYTES + length;
      if (rest.length === 0) this.#pieces.shift();
      else this.#pieces[0] = rest;
      this.#allowed--;
      this.#listener!(frame);
    }
  }

  /** The first piece, made to hold at least `size` bytes. */
  #joined(size: number): Uint8Array {
    const [first] = this.#pieces;
    if (first!.length >= size) return first!;
    const whole = new Uint8Array(this.#held);
    let end = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, end);
      end += piece.length;
    }
    this.#pieces = [whole];
    return whole;
  }

  #refuse(length: number): void {
    this.#failure = tooLong(`The other side announced a message of ${length} bytes; the limit is ${this.#limit}`);
    this.#pieces = [];
    this.#held = 0;
    this.#socket.destroy();
  }
}
