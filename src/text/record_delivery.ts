import type { ByteSink } from "./byte_sink.ts";
import type { MapSlot } from "./map_slot.ts";
import { type RangeAnswer, slotRoom } from "./map_tasks.ts";
import type { FailedRecord } from "./record_form.ts";
import { memoryView } from "./slot.ts";
import type { WriteTurn, WriteTurns } from "./write_turns.ts";

/** Where a delivery's output goes: as bytes, or as the values that the calls gave. */
export type RecordSink = ByteSink | { take(values: unknown[]): Promise<void> };

/** What a delivery works with. */
export interface RecordDeliveryOptions {
  readonly sink: RecordSink;
  /** Whether the output is in the order of the ranges. */
  readonly ordered: boolean;
  /** Turns of the ranges to hand their output to the sink: each does so whole. */
  readonly turns: WriteTurns;
  /** Resolves when this text may write; asked when its first range is done. */
  readonly turn: () => Promise<void>;
  readonly release: (slot: MapSlot) => void;
  /** Told, in the order of the ranges, of the records that failed; `before` counts those of the ranges before. Throws to end. */
  readonly onFailed: (failed: readonly FailedRecord[], before: number) => void;
  /** Told of each range once its output is written. */
  readonly onWritten: (answer: RangeAnswer) => void;
}

/** The ranges of one text: done at the same time by whichever workers are free, written in order or as they come. */
export class RecordDelivery {
  readonly #options: RecordDeliveryOptions;
  readonly #writes: Set<Promise<void>> = new Set();
  /** Resolves when the records of all ranges so far are counted. */
  #counted: Promise<void> = Promise.resolve();
  #records = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RecordDeliveryOptions) {
    this.#options = options;
  }

  /** Whether a range failed, so that more of them are of no use. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether every range is written. */
  get idle(): boolean {
    return this.#writes.size === 0;
  }

  /** Takes the next range, whose slot is released when its output is written. */
  add(slot: MapSlot, work: Promise<RangeAnswer>): void {
    const counted = this.#counted = this.#counted.then(async () => {
      if (this.failed) return;
      try {
        const { count, failed } = await work;
        const before = this.#records;
        this.#records += count;
        if (failed.length > 0) this.#options.onFailed(failed, before);
      } catch (error) {
        this.#fail(error);
      }
    });
    const write: Promise<void> = this.#write(slot, work, counted).finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  /** Resolves when everything added is written; rejects with the first failure in the order of the text. */
  async finish(): Promise<void> {
    await this.#counted;
    while (this.#writes.size > 0) await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(slot: MapSlot, work: Promise<RangeAnswer>, counted: Promise<void>): Promise<void> {
    const range = this.#options.turns.next();
    try {
      const answer = await work;
      if (this.#options.ordered) await counted;
      await this.#options.turn();
      await range.ready();
      if (this.failed) return;
      await this.#send(slot, answer, range);
      this.#options.onWritten(answer);
    } catch (error) {
      // Of several failures the first in the order of the text counts.
      await counted;
      this.#fail(error);
    } finally {
      range.end();
      this.#options.release(slot);
    }
  }

  async #send(slot: MapSlot, { produced, rest, values }: RangeAnswer, range: WriteTurn): Promise<void> {
    const { sink } = this.#options;
    if ("take" in sink) return await sink.take(values!);
    let write: Promise<unknown> = produced > 0 ? sink.write(slot, produced) : Promise.resolve();
    for (let at = 0; rest !== undefined && at < rest.length;) {
      // The slot is in use until then.
      await write;
      const piece = rest.subarray(at, at + slotRoom(slot));
      memoryView(slot.output, piece.length).set(piece);
      write = sink.write(slot, piece.length);
      at += piece.length;
    }
    range.end();
    await write;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }
}
