const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
/** The magic number and the longest header. */
const LONGEST_HEAD = 18;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Takes a byte stream apart by lengths that are known only bit by bit. */
class Splitter {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Up to `length` bytes that come next, which stay where they are; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#held.length < length) {
      const next = await this.#pieces.next();
      if (next.done) break;
      const joined = new Uint8Array(this.#held.length + next.value.length);
      joined.set(this.#held);
      joined.set(next.value, this.#held.length);
      this.#held = joined;
    }
    return this.#held.subarray(0, length);
  }

  /** The next `length` bytes. Throws where there are fewer. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let rest = length; rest > 0;) {
      const piece = await this.peek(1).then(() => this.#held.subarray(0, rest));
      if (piece.length === 0) throw new Error("The zstd data ends in the middle of a frame");
      this.#held = this.#held.subarray(piece.length);
      rest -= piece.length;
      yield piece;
    }
  }

  async leave(): Promise<void> {
    await this.#pieces.return?.();
  }
}

/**
 * The content of a zstd stream of any number of frames, skippable ones among them (RFC 8878), each decoded by `decode`.
 * Throws where the data is no zstd or ends too early.
 */
export async function* zstdFrames(
  pieces: AsyncIterable<Uint8Array>,
  decode: (frame: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const splitter = new Splitter(pieces);
  try {
    for (let count = 0;; count++) {
      const head = await splitter.peek(LONGEST_HEAD);
      if (head.length === 0 && count > 0) return;
      const magic = head.length < 8 ? undefined : littleEndian(head, 0, 4);
      if (magic !== undefined && (magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
        for await (const _ of splitter.take(8 + littleEndian(head, 4, 4)));
      } else if (magic === MAGIC) {
        yield* decode(frame(splitter, head));
      } else {
        throw new Error(count === 0 ? "It is no zstd data" : "The zstd data is followed by something else");
      }
    }
  } finally {
    await splitter.leave();
  }
}

/** The bytes of the frame that comes next. */
async function* frame(splitter: Splitter, head: Uint8Array): AsyncGenerator<Uint8Array> {
  const descriptor = head[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const contentSize = descriptor >>> 6;
  yield* splitter.take(
    5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]! +
      (contentSize === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[contentSize]!),
  );
  for (let isLast = false; !isLast;) {
    const header = await splitter.peek(3);
    if (header.length < 3) throw new Error("The zstd data ends in the middle of a frame");
    const word = littleEndian(header, 0, 3);
    const type = (word >>> 1) & 3;
    if (type === RESERVED_BLOCK) throw new Error("The zstd data is damaged");
    isLast = (word & 1) !== 0;
    yield* splitter.take(3 + (type === RLE_BLOCK ? 1 : word >>> 3));
  }
  if (hasChecksum) yield* splitter.take(4);
}

function littleEndian(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = count - 1; at >= 0; at--) value = value * 256 + bytes[from + at]!;
  return value;
}
