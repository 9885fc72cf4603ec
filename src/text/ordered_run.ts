import type { ByteSink } from "./byte_sink.ts";
import type { ChunkPart, ChunkState } from "./lower_chunk.ts";
import type { Slot } from "./slot.ts";
import type { SlotPool } from "./slot_pool.ts";

/** Lower-cases a chunk into its slot, or the next piece of it. */
export type LowerPiece = (resume: ChunkState | undefined) => Promise<ChunkPart>;

/** What an ordered run works with. */
export interface OrderedRunOptions {
  readonly sink: ByteSink;
  readonly slots: SlotPool;
  /** Resolves when this text may write; asked when its first piece is ready. */
  readonly turn: () => Promise<void>;
  /** Told of each piece once it is written. */
  readonly onWritten: (consumed: number, produced: number) => void;
  /** Told when the run fails. */
  readonly onFailed?: (() => void) | undefined;
  /** Told how far everything is written, from the first piece on. */
  readonly onReached?: ((end: OrderedEnd) => void) | undefined;
}

/** How far an ordered run is written without a gap. */
export interface OrderedEnd {
  /** Whole chunks. */
  readonly chunks: number;
  /** Where in the chunk after them it goes on; undefined at its start. */
  readonly next: ChunkState | undefined;
  /** Bytes of text. */
  readonly consumed: number;
  readonly produced: number;
  /** Bytes in the output. */
  readonly written: number;
}

/** A piece that is with the sink. */
interface Piece {
  readonly part: ChunkPart;
  /** Bytes that it took in the output, once it is written. */
  written: number | undefined;
}

/**
 * The chunks of one text: lower-cased at the same time by whichever workers are free, delivered to the sink in order.
 * A chunk that comes in several pieces keeps its slot while the later chunks wait in theirs.
 */
export class OrderedRun {
  readonly #options: OrderedRunOptions;
  readonly #writes: Set<Promise<void>> = new Set();
  #delivered: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  /** The pieces beyond `#end`, in order. */
  readonly #pieces: Piece[] = [];
  #end: OrderedEnd = { chunks: 0, next: undefined, consumed: 0, produced: 0, written: 0 };

  constructor(options: OrderedRunOptions) {
    this.#options = options;
  }

  /** Whether a chunk failed, so that more of them are of no use. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether every chunk is delivered and written. */
  get idle(): boolean {
    return this.#pending === 0;
  }
  #pending = 0;

  /** Starts the next chunk in its slot; the slot goes back to the pool when its output is written. */
  add(slot: Slot, lower: LowerPiece): void {
    this.#pending++;
    const first = lower(undefined);
    const settled = first.then(() => {}, () => {});
    this.#delivered = this.#delivered.then(async () => {
      try {
        await this.#deliver(slot, first, lower);
      } catch (error) {
        this.#fail(error);
        await settled;
        this.#release(slot);
      }
    });
  }

  /** Resolves when everything added is written; rejects with the first failure in the order of the text. */
  async finish(): Promise<void> {
    await this.#delivered;
    while (this.#writes.size > 0) await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #deliver(slot: Slot, first: Promise<ChunkPart>, lower: LowerPiece): Promise<void> {
    let part = await first;
    if (this.failed) return this.#release(slot);
    await this.#options.turn();
    while (part.next !== undefined) {
      await this.#write(slot, part);
      part = await lower(part.next);
    }
    const last = this.#write(slot, part)
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#writes.delete(last);
        this.#release(slot);
      });
    this.#writes.add(last);
  }

  async #write(slot: Slot, part: ChunkPart): Promise<void> {
    const piece: Piece = { part, written: undefined };
    this.#pieces.push(piece);
    piece.written = part.produced > 0 ? await this.#options.sink.write(slot, part.produced) : 0;
    this.#options.onWritten(part.consumed, part.produced);
    if (this.#pieces[0] === piece) this.#reach();
  }

  #reach(): void {
    let { chunks, next, consumed, produced, written } = this.#end;
    while (this.#pieces[0]?.written !== undefined) {
      const { part, written: bytes } = this.#pieces.shift()!;
      if (part.next === undefined) chunks++;
      next = part.next;
      consumed += part.consumed;
      produced += part.produced;
      written += bytes!;
    }
    this.#end = { chunks, next, consumed, produced, written };
    this.#options.onReached?.(this.#end);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#options.onFailed?.();
  }

  #release(slot: Slot): void {
    this.#pending--;
    this.#options.slots.release(slot);
  }
}
