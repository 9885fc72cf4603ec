import { allocate, free, heapOwner } from "../memory/allocator.ts";
import { REQUEST_LINE } from "../memory/heap_layout.ts";
import { installBlock } from "../memory/install_block.ts";
import { CONTROL_OFFSET, heapBytes, typedView } from "../memory/linear_memory.ts";
import { decodeBlock } from "./payload_block.ts";

// Words of the line.
const HEAD = 0;
const LAST_NUMBER = 1;
const IS_SERVED = 2;
const LINE_BYTES = 64;

// Words of a request, before its bytes.
const NEXT = 0;
const KIND = 1;
const NUMBER = 2;
const LOAN = 3;
const OWNER = 4;
const LENGTH = 5;
const ANSWER = 6;
const WORDS = 8;
const HEADER_BYTES = WORDS * 4;

/** Bytes before those of an answer, which hold their number and whether they are its value alone. */
const ANSWER_HEADER_BYTES = 8;

const none = new Uint8Array(0);

/** An answer as bytes: what a call came to, or with `isValue` the value that it gave. */
export interface EncodedAnswer {
  readonly bytes: Uint8Array;
  readonly isValue: boolean;
}

/** A request as it was left: what it is, its own number, that of the object that it is about, and its bytes. */
export interface Request {
  readonly kind: number;
  readonly number: number;
  readonly loan: number;
  /** The thread that asks: its `heapOwner()`. */
  readonly owner: number;
  /** In the shared memory, until it is answered or discarded. */
  readonly bytes: Uint8Array;
  /** Where it lies, for `answer` and `discard`. */
  readonly byteOffset: number;
}

/**
 * Where the threads of a child leave what they ask of its parent, for the one thread that talks to it: a list in their
 * shared memory, so that a thread that blocks can ask too. The newest request is the head, which is exchanged by one
 * atomic step; so a thread that dies leaves nothing half done.
 */
export class RequestLine {
  readonly #words: Int32Array;

  constructor() {
    const control = typedView(Int32Array, CONTROL_OFFSET, REQUEST_LINE + 1);
    this.#words = typedView(Int32Array, installBlock(control, REQUEST_LINE, LINE_BYTES, LINE_BYTES), LINE_BYTES / 4);
  }

  /** Whether there is a thread that talks to a parent. */
  get isServed(): boolean {
    return Atomics.load(this.#words, IS_SERVED) === 1;
  }

  /** Says that this thread is the one. */
  serve(): void {
    Atomics.store(this.#words, IS_SERVED, 1);
  }

  /** A number for a request or an object that no other thread of the child has. */
  nextNumber(): number {
    return (Atomics.add(this.#words, LAST_NUMBER, 1) + 1) | 0;
  }

  /** Leaves a request. Whoever wants an answer makes a `Pending` of the result; without one the server frees it. */
  post(kind: number, number: number, loan: number, bytes: Uint8Array = none): number {
    const byteOffset = allocate(HEADER_BYTES + bytes.length);
    const words = typedView(Int32Array, byteOffset, WORDS);
    words.set([0, kind, number, loan, heapOwner(), bytes.length, 0, 0]);
    heapBytes(byteOffset + HEADER_BYTES + bytes.length).set(bytes, byteOffset + HEADER_BYTES);
    let head = Atomics.load(this.#words, HEAD);
    for (;;) {
      words[NEXT] = head;
      const found = Atomics.compareExchange(this.#words, HEAD, head, byteOffset | 0);
      if (found === head) break;
      head = found;
    }
    if (head === 0) Atomics.notify(this.#words, HEAD);
    return byteOffset;
  }

  /** Takes all requests, in the order in which they were left. */
  takeAll(): Request[] {
    const requests: Request[] = [];
    for (let offset = Atomics.exchange(this.#words, HEAD, 0) >>> 0; offset !== 0;) {
      const words = typedView(Int32Array, offset, WORDS);
      const start = offset + HEADER_BYTES;
      requests.push({
        kind: words[KIND]!,
        number: words[NUMBER]!,
        loan: words[LOAN]!,
        owner: words[OWNER]!,
        bytes: heapBytes(start + words[LENGTH]!).subarray(start, start + words[LENGTH]!),
        byteOffset: offset,
      });
      offset = words[NEXT]! >>> 0;
    }
    return requests.reverse();
  }

  /** Resolves once there is a request; `undefined` where there is one now. */
  sleep(): Promise<unknown> | undefined {
    const wait = Atomics.waitAsync(this.#words, HEAD, 0);
    return wait.async ? wait.value : undefined;
  }
}

/** Gives a request its answer, and wakes the thread that waits for it. */
export function answerRequest(byteOffset: number, { bytes, isValue }: EncodedAnswer): void {
  const answer = allocate(ANSWER_HEADER_BYTES + bytes.length);
  typedView(Int32Array, answer, 2).set([bytes.length, isValue ? 1 : 0]);
  const start = answer + ANSWER_HEADER_BYTES;
  heapBytes(start + bytes.length).set(bytes, start);
  const words = typedView(Int32Array, byteOffset, WORDS);
  Atomics.store(words, ANSWER, answer | 0);
  Atomics.notify(words, ANSWER);
}

/** Frees a request that nobody waits for. */
export function discardRequest(byteOffset: number): void {
  free(byteOffset);
}

/** A request whose answer is awaited. */
export class PendingRequest {
  readonly words: Int32Array;
  readonly #byteOffset: number;

  constructor(byteOffset: number) {
    this.#byteOffset = byteOffset;
    this.words = typedView(Int32Array, byteOffset, WORDS);
  }

  /** Index of the word to sleep on while it is 0. */
  get bell(): number {
    return ANSWER;
  }

  get isAnswered(): boolean {
    return Atomics.load(this.words, ANSWER) !== 0;
  }

  /** The answer, once it is there; the request is freed. */
  take(): { readonly value: unknown; readonly isValue: boolean } {
    const answer = Atomics.load(this.words, ANSWER) >>> 0;
    const [length, isValue] = typedView(Int32Array, answer, 2);
    try {
      return { value: decodeBlock({ offset: answer + ANSWER_HEADER_BYTES, length: length! }), isValue: isValue === 1 };
    } finally {
      free(answer);
      free(this.#byteOffset);
    }
  }
}
