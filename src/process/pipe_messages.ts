import type { RawFrame } from "../channel/frame_queue.ts";
import { CLONED, FRAME_KIND_MASK, FrameKind } from "../channel/frames.ts";
import type { EncodedAnswer, Request } from "../channel/request_line.ts";
import { corruptData } from "../core/corrupt.ts";

/** Kinds of messages between a program and a process of the operating system that works for it. */
export const PipeKind = {
  /** To the child: who it is and what it does, serialised. */
  Init: 1,
  /** Either way: a frame. Its kind with the detail, and its number, are the two words. */
  Frame: 2,
  /** Either way: a message between the threads, serialised. */
  Message: 3,
  /** To the child: its stop word is set. */
  Stop: 4,
  /** To the child: it is interrupted. */
  Interrupt: 5,
  /** From the child: it has come up. */
  Ready: 6,
  /** From the child: its thread has ended. The exit code, and whether it had been told to stop, are the two words. */
  End: 7,
  /** From the child: a request about what it was lent; its kind in the upper byte, its number and the loan's are the words. */
  Loan: 8,
  /** To the child: the answer to the request of that number. Whether it is a value alone is the second word. */
  Answer: 9,
  /** To the child: which task is told to end, as `abortOf` has it, is the first word. */
  Abort: 10,
  /** From the child: KiB of memory that it has. */
  Memory: 11,
} as const;

/** A message as it is sent, and as it arrived; then `bytes` is its own. */
export interface PipeMessage {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 16;
/** Bytes of a payload from which on it is sent by itself, behind its header: both in one would be a copy of it. */
const LONG_PAYLOAD = 1 << 16;
const none = new Uint8Array(0);

/** Bytes of a message: `| kind | length | two words | payload |`. */
export function pipeMessage(kind: number, first = 0, second = 0, payload: Uint8Array = none): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(bytes, { kind, first, second, bytes: payload });
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

function writeHeader(target: Uint8Array<ArrayBuffer>, { kind, first, second, bytes }: PipeMessage): void {
  const header = new DataView(target.buffer);
  [kind, bytes.length, first, second].forEach((word, index) => header.setInt32(index * 4, word, true));
}

/** Sends a message, whose bytes must not change any more, by as many calls of `send` as that takes. */
export function sendMessage(send: (bytes: Uint8Array) => void, message: PipeMessage): void {
  const { kind, first, second, bytes } = message;
  if (bytes.length < LONG_PAYLOAD) return send(pipeMessage(kind, first, second, bytes));
  const header = new Uint8Array(HEADER_BYTES);
  writeHeader(header, message);
  send(header);
  send(bytes);
}

/** The message with a frame. */
export function frameMessage({ kind, detail, id, bytes }: RawFrame): PipeMessage {
  return { kind: PipeKind.Frame, first: kind | (detail << 8), second: id, bytes };
}

/**
 * The frame in a message. Throws a `ManyhandsError` with code `ERR_CORRUPT_DATA` where it is none that goes over a pipe:
 * such have their payload whole and with them, and lead to no place in the memory of the other side.
 */
export function frameOf({ first, second, bytes }: PipeMessage): RawFrame {
  const kind = first & 0xff;
  if ((kind & ~(FRAME_KIND_MASK | CLONED)) !== 0 || (kind & FRAME_KIND_MASK) === FrameKind.Part) {
    throw corruptData(`Found a frame of kind ${kind}, expected one with its payload`);
  }
  return { kind, detail: first >>> 8, id: second, bytes };
}

/** The message with a request about what a child was lent. */
export function loanMessage({ kind, number, loan, bytes }: LoanRequestParts): PipeMessage {
  return { kind: PipeKind.Loan | (kind << 8), first: number, second: loan, bytes };
}

/** The request in a message. */
export function loanOf({ kind, first, second, bytes }: PipeMessage): LoanRequestParts {
  return { kind: kind >>> 8, number: first, loan: second, bytes };
}

/** The message with the answer to the request of a number. */
export function answerMessage(number: number, { bytes, isValue }: EncodedAnswer): PipeMessage {
  return { kind: PipeKind.Answer, first: number, second: isValue ? 1 : 0, bytes };
}

/** The answer in a message. */
export function answerOf({ second, bytes }: PipeMessage): EncodedAnswer {
  return { bytes, isValue: second === 1 };
}

/** What of a request goes over the pipe. */
export type LoanRequestParts = Pick<Request, "kind" | "number" | "loan" | "bytes">;

/** Puts messages together from what a pipe gives. */
export class PipeReader {
  readonly #onMessage: (message: PipeMessage) => void;
  #target: Uint8Array = new Uint8Array(HEADER_BYTES);
  #filled = 0;
  #header: DataView | undefined;

  constructor(onMessage: (message: PipeMessage) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    do {
      const length = Math.min(chunk.length - at, this.#target.length - this.#filled);
      this.#target.set(chunk.subarray(at, at + length), this.#filled);
      this.#filled += length;
      at += length;
      if (this.#filled === this.#target.length) this.#advance();
    } while (at < chunk.length);
  }

  #advance(): void {
    const part = this.#target;
    if (this.#header === undefined) {
      this.#header = new DataView(part.buffer);
      const length = this.#header.getInt32(4, true);
      if (length < 0) throw corruptData(`Found a message of ${length} bytes, expected none or more`);
      this.#expect(length);
      if (this.#target.length > 0) return;
    }
    const header = this.#header;
    const bytes = this.#target;
    this.#header = undefined;
    this.#expect(HEADER_BYTES);
    const word = (index: number): number => header.getInt32(index * 4, true);
    this.#onMessage({ kind: word(0), first: word(2), second: word(3), bytes });
  }

  #expect(length: number): void {
    // A message can be read where it is if that is a multiple of 8 long.
    this.#target = new Uint8Array(new ArrayBuffer((length + 7) & ~7), 0, length);
    this.#filled = 0;
  }
}
