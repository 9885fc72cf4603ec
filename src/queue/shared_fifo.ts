import { decodeBytes } from "../channel/decode_bytes.ts";
import "../channel/objects.ts";
import { passage } from "../channel/passage.ts";
import { free } from "../memory/allocator.ts";
import { Mutex } from "../sync/mutex.ts";
import { Segment } from "./segment.ts";

// Words of the state; the eight from its first on are its own.
const LOCK = 0;
const COUNT = 1;
const HEAD = 2;
const TAIL = 3;
/** Doorbells, `number * 2 + WANTED`: rung when a message came, and when one was taken. */
const PUT_BELL = 4;
const TAKE_BELL = 5;
/** Bytes of the messages, modulo 2^32. */
const BYTES = 6;

const WANTED = 1;
const SEGMENT_BYTES = 65_536 - 16;
/** Longer messages are copied out under the lock and decoded after it. */
const DECODED_IN_PLACE = 4096;

/** What `take` gives where nothing is there. */
export const NOTHING: unique symbol = Symbol("nothing");

/**
 * A queue of messages in the shared linear memory, for any number of producers and consumers.
 *
 * The messages lie in a chain of segments, which are allocated as it grows and freed as it is read. A mutex guards each
 * step. A message is there once its segment's end is stored, and gone once the start is; the words beside that can be told
 * from the chain, so who takes the mutex after a death makes them anew and goes on.
 */
export class SharedFifo {
  readonly words: Int32Array;
  readonly #at: number;
  readonly #mutex: Mutex;
  #head: Segment | undefined;
  #tail: Segment | undefined;

  /** Its state are eight words from `at` on, 0 at first. */
  constructor(words: Int32Array, at: number) {
    this.words = words;
    this.#at = at;
    this.#mutex = new Mutex(words, at + LOCK);
  }

  /** Frees the messages. The state's words are not used any more. */
  static release(words: Int32Array, at: number): void {
    let offset = words[at + HEAD]! >>> 0;
    while (offset !== 0) {
      const { next } = Segment.at(offset);
      free(offset);
      offset = next;
    }
    words[at + HEAD] = 0;
  }

  /** Messages that are there. */
  get count(): number {
    // Who died in the middle of a step may have left the number behind what is there.
    if (this.#mutex.isOrphaned) this.exclusively(() => {});
    return Atomics.load(this.words, this.#at + COUNT);
  }

  /** Bytes of the messages that are there. */
  get bytes(): number {
    return Atomics.load(this.words, this.#at + BYTES) >>> 0;
  }

  /** Index of the word to sleep on for a message. */
  get putBell(): number {
    return this.#at + PUT_BELL;
  }

  /** Index of the word to sleep on for room. */
  get takeBell(): number {
    return this.#at + TAKE_BELL;
  }

  /** Runs `step` alone with the messages. */
  exclusively<T>(step: () => T): T {
    return this.#mutex.exclusively(step, this.#mend);
  }

  /** Appends a message. Only inside `exclusively`. */
  put(message: Uint8Array): void {
    if (!this.#tailSegment()?.append(message)) this.#extend(message);
    this.#count(1, message.length);
    this.#ring(PUT_BELL);
  }

  #extend(message: Uint8Array): void {
    const made = Segment.create(SEGMENT_BYTES, message.length);
    made.append(message);
    const tail = this.#tailSegment();
    if (tail === undefined) Atomics.store(this.words, this.#at + HEAD, made.byteOffset | 0);
    else tail.next = made.byteOffset;
    Atomics.store(this.words, this.#at + TAIL, made.byteOffset | 0);
    this.#tail = made;
  }

  /** Takes the first message; `NOTHING` where there is none. Only inside `exclusively`. Long ones come as bytes. */
  take(): unknown {
    const head = this.#filledHead();
    if (head === undefined) return NOTHING;
    const length = head.firstLength();
    let message: unknown;
    try {
      message = length > DECODED_IN_PLACE ? new LongMessage(head.firstBytes()) : head.firstValue();
    } finally {
      this.#drop(head);
    }
    return message;
  }

  /** Takes the bytes of the first message; `undefined` where there is none. Only inside `exclusively`. */
  takeBytes(): Uint8Array<ArrayBuffer> | undefined {
    const head = this.#filledHead();
    if (head === undefined) return undefined;
    const bytes = head.firstBytes();
    this.#drop(head);
    return bytes;
  }

  #drop(head: Segment): void {
    const length = head.firstLength();
    head.shift(length);
    if (head.isEmpty && head.next === 0) head.rewind();
    this.#count(-1, -length);
    this.#ring(TAKE_BELL);
  }

  /** Nobody else writes these words meanwhile, and the mutex orders them. */
  #count(messages: number, bytes: number): void {
    const { words } = this;
    words[this.#at + COUNT]! += messages;
    words[this.#at + BYTES]! += bytes;
  }

  /** Forgets all messages; how many. Only inside `exclusively`. */
  clear(): number {
    const dropped = this.count;
    for (let head = this.#filledHead(); head !== undefined; head = this.#filledHead()) this.#drop(head);
    return dropped;
  }

  /** The first segment with a message; those before it are freed. */
  #filledHead(): Segment | undefined {
    for (;;) {
      const head = this.#headSegment();
      if (head === undefined || !head.isEmpty) return head;
      if (head.next === 0) return undefined;
      Atomics.store(this.words, this.#at + HEAD, head.next | 0);
      free(head.byteOffset);
    }
  }

  #headSegment(): Segment | undefined {
    return this.#head = this.#segment(this.#head, HEAD);
  }

  #tailSegment(): Segment | undefined {
    return this.#tail = this.#segment(this.#tail, TAIL);
  }

  #segment(known: Segment | undefined, word: number): Segment | undefined {
    const offset = this.words[this.#at + word]! >>> 0;
    if (offset === 0) return undefined;
    return known?.byteOffset === offset && known.isCurrent() ? known : Segment.at(offset);
  }

  /** The bell's value with which to sleep; who rings it then wakes the sleeper. Only inside `exclusively`. */
  wantMessage(): number {
    return this.#want(PUT_BELL);
  }

  /** The same for room. */
  wantRoom(): number {
    return this.#want(TAKE_BELL);
  }

  #want(bell: number): number {
    return Atomics.or(this.words, this.#at + bell, WANTED) | WANTED;
  }

  #ring(bell: number): void {
    const index = this.#at + bell;
    const value = this.words[index]!;
    if ((value & WANTED) === 0) return;
    Atomics.store(this.words, index, (value + 1) | 0);
    Atomics.notify(this.words, index);
  }

  /** Wakes all that wait, for a message or for room. Only inside `exclusively`. */
  ringAll(): void {
    this.#ring(PUT_BELL);
    this.#ring(TAKE_BELL);
  }

  /** After a death: the words that can be told from the chain. */
  readonly #mend = (): void => {
    const { words } = this;
    let [count, bytes, tail] = [0, 0, 0];
    for (let offset = words[this.#at + HEAD]! >>> 0; offset !== 0; offset = Segment.at(offset).next) {
      const found = Segment.at(offset).contents();
      count += found.count;
      bytes += found.bytes;
      tail = offset;
    }
    Atomics.store(words, this.#at + COUNT, count);
    Atomics.store(words, this.#at + BYTES, bytes | 0);
    Atomics.store(words, this.#at + TAIL, tail | 0);
    this.ringAll();
  };
}

/** The value of what `take` gave, once the mutex is free again. */
export function valueOf(message: unknown): unknown {
  return message instanceof LongMessage ? decodeBytes(message.bytes) : message;
}

/** As `valueOf`, for another process: a long message stays as it is encoded where that means the same there. */
export function passageOf(message: unknown): unknown {
  return message instanceof LongMessage ? passage(message.bytes) : message;
}

/** A message that is decoded after the mutex is free again. */
class LongMessage {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
