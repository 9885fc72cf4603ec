import type { NominalChunk } from "./chunk_plan.ts";
import type { KeptPart } from "./file_tasks.ts";
import type { Slot } from "./slot.ts";
import type { SlotPool } from "./slot_pool.ts";

/** What a direct run works with. */
export interface DirectRunOptions {
  readonly chunks: readonly NominalChunk[];
  readonly slots: SlotPool;
  /** Lower-cases a chunk and writes it where it lies in the input, unless its length changes. */
  readonly lower: (chunk: NominalChunk, slot: Slot) => Promise<KeptPart>;
  /** Told, in the order of the text, of each chunk that is written where it belongs. */
  readonly onWritten: (consumed: number) => void;
  /** Whether the run is to end early. */
  readonly isStopped: () => boolean;
  /** What an earlier run did. */
  readonly done?: DirectProgress | undefined;
  /** Resolves when another chunk may be begun. */
  readonly enter?: (() => Promise<void>) | undefined;
  /** Told of each chunk that is written, in any order, and how many of those that were begun are. */
  readonly onProgress?: ((progress: DirectProgress, count: number) => void) | undefined;
  /** Told of the first chunk that is not. */
  readonly onOver?: (() => void) | undefined;
}

/** The chunks of a direct run that are done. */
export interface DirectProgress extends DirectEnd {
  /** Those that are done before one in front of them is: number and bytes of each. */
  readonly beyond: readonly (readonly [chunk: number, bytes: number])[];
}

/** How far a direct run came. */
export interface DirectEnd {
  /** Chunks that are done, from the first on. */
  readonly chunks: number;
  /** Their bytes, in the input and in the output. */
  readonly bytes: number;
}

/**
 * The chunks of one file, each lower-cased and written by one worker in one go, at the position that it has in the input.
 * That is the right one as long as no letter changed its length, which holds for most texts; the first chunk where one
 * does ends the run. Chunks after it were written in the wrong place, but never before that chunk's own place.
 */
export class DirectRun {
  readonly #options: DirectRunOptions;
  readonly #ends: (KeptPart | { readonly error: unknown } | undefined)[] = [];
  readonly #inFlight: Set<Promise<void>> = new Set();
  #chunks = 0;
  #bytes = 0;
  #isOver = false;
  /** Chunks that this run has written. */
  #written = 0;

  constructor(options: DirectRunOptions) {
    this.#options = options;
    const { chunks, bytes, beyond } = options.done ?? { chunks: 0, bytes: 0, beyond: [] };
    this.#chunks = chunks;
    this.#bytes = bytes;
    for (const [chunk, consumed] of beyond) this.#ends[chunk] = { consumed, kept: true };
  }

  /** Starts chunk after chunk as slots become free; resolves when all are started or more are of no use. */
  async start(): Promise<void> {
    const { chunks, slots, lower, isStopped, enter } = this.#options;
    for (const [index, chunk] of chunks.entries()) {
      if (index < this.#chunks || this.#ends[index] !== undefined) continue;
      await enter?.();
      const slot = await slots.acquire();
      if (this.#isOver || isStopped()) {
        slots.release(slot);
        return;
      }
      const work: Promise<void> = lower(chunk, slot)
        .then((part) => this.#take(index, part), (error) => this.#take(index, { error }))
        .finally(() => {
          this.#inFlight.delete(work);
          slots.release(slot);
        });
      this.#inFlight.add(work);
    }
  }

  /** Resolves when no worker is at it any more; rejects where the first chunk that is not done failed. */
  async finish(): Promise<DirectEnd> {
    await Promise.all(this.#inFlight);
    const next = this.#ends[this.#chunks];
    if (next !== undefined && "error" in next) throw next.error;
    return { chunks: this.#chunks, bytes: this.#bytes };
  }

  #take(index: number, end: KeptPart | { readonly error: unknown }): void {
    this.#ends[index] = end;
    if (!("error" in end) && end.kept) this.#written++;
    else {
      this.#isOver = true;
      this.#options.onOver?.();
    }
    for (;;) {
      const next = this.#ends[this.#chunks];
      if (next === undefined || "error" in next || !next.kept) break;
      this.#ends[this.#chunks++] = undefined;
      this.#bytes += next.consumed;
      this.#options.onWritten(next.consumed);
    }
    this.#options.onProgress?.({ chunks: this.#chunks, bytes: this.#bytes, beyond: this.#beyond() }, this.#written);
  }

  #beyond(): [number, number][] {
    const beyond: [number, number][] = [];
    for (let chunk = this.#chunks; chunk < this.#ends.length; chunk++) {
      const end = this.#ends[chunk];
      if (end !== undefined && !("error" in end) && end.kept) beyond.push([chunk, end.consumed]);
    }
    return beyond;
  }
}
