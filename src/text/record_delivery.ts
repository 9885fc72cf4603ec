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
  /** Whether a failed record ends the delivery, once all ranges before it are written. */
  readonly endsAtFailed: boolean;
  /** Told, in the order of the ranges, of the records that failed; `before` counts those of the ranges before. Throws to end. */
  readonly onFailed: (failed: readonly FailedRecord[], before: number) => void;
  /** Told of each range once its output is written. */
  readonly onWritten: (answer: RangeAnswer) => void;
  /** Told when the delivery fails. */
  readonly onFailure?: (() => void) | undefined;
  /** How far an earlier run came. */
  readonly start?: MapCursor | undefined;
  /** Told whenever more of the first ranges are written, with the bytes of output beyond `start`. */
  readonly onProgress?: ((cursor: MapCursor, output: DeliveredBytes) => void) | undefined;
}

/** How far a file is mapped. */
export interface MapCursor {
  /** Ranges whose output is written. */
  readonly ranges: number;
  /** Their records, blank ones among them. */
  readonly records: number;
  /** Their bytes of text. */
  readonly consumed: number;
  /** Bytes of the compressed input that were read for them. */
  readonly read?: number | undefined;
}

/** A range that is written. */
interface WrittenRange {
  readonly count: number;
  readonly consumed: number;
  /** Bytes that it took in the output. */
  readonly length: number;
  /** Bytes of its output as text. */
  readonly produced: number;
  readonly read: number | undefined;
}

/** What some ranges have become. */
export interface DeliveredBytes {
  /** As they are in the output. */
  readonly written: number;
  /** As text. */
  readonly produced: number;
}

/** The ranges of one text: done at the same time by whichever workers are free, written in order or as they come. */
export class RecordDelivery {
  readonly #options: RecordDeliveryOptions;
  readonly #writes: Set<Promise<void>> = new Set();
  /** Resolves when the records of all ranges so far are counted. */
  #counted: Promise<void> = Promise.resolve();
  #records: number;
  /** Ranges added so far. */
  #added = 0;
  /** What is written, of ranges before which one is not. */
  readonly #written: Map<number, WrittenRange> = new Map();
  #cursor: MapCursor;
  #ranges = 0;
  #output: DeliveredBytes = { written: 0, produced: 0 };
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RecordDeliveryOptions) {
    this.#options = options;
    this.#cursor = options.start ?? { ranges: 0, records: 0, consumed: 0 };
    this.#records = this.#cursor.records;
  }

  /** Whether a range failed, so that more of them are of no use. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether every range is written. */
  get idle(): boolean {
    return this.#writes.size === 0;
  }

  /**
   * Takes the next range, whose slot is released when its output is written.
   *
   * @param read bytes of the input that were read until its end, where that is compressed
   */
  add(slot: MapSlot, work: Promise<RangeAnswer>, read?: number): void {
    const earlier = this.#options.endsAtFailed ? [...this.#writes] : [];
    const counted = this.#counted = this.#counted.then(async () => {
      if (this.failed) return;
      try {
        const { count, failed } = await work;
        const before = this.#records;
        this.#records += count;
        if (failed.length === 0) return;
        await Promise.all(earlier);
        this.#options.onFailed(failed, before);
      } catch (error) {
        this.#fail(error);
      }
    });
    const write: Promise<void> = this.#write(slot, { index: this.#added++, read }, work, counted).finally(() =>
      this.#writes.delete(write)
    );
    this.#writes.add(write);
  }

  /** Resolves when everything added is written; rejects with the first failure in the order of the text. */
  async finish(): Promise<void> {
    await this.#counted;
    while (this.#writes.size > 0) await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(
    slot: MapSlot,
    { index, read }: { readonly index: number; readonly read: number | undefined },
    work: Promise<RangeAnswer>,
    counted: Promise<void>,
  ): Promise<void> {
    const range = this.#options.turns.next();
    try {
      const answer = await work;
      if (this.#options.ordered) await counted;
      await this.#options.turn();
      await range.ready();
      if (this.failed) return;
      const length = await this.#send(slot, answer, range);
      this.#options.onWritten(answer);
      const { count, consumed, produced, rest } = answer;
      this.#note(index, { count, consumed, length, produced: produced + (rest?.length ?? 0), read });
    } catch (error) {
      // Of several failures the first in the order of the text counts.
      await counted;
      this.#fail(error);
    } finally {
      range.end();
      this.#options.release(slot);
    }
  }

  /** Resolves with the bytes that this took in the output. */
  async #send(slot: MapSlot, { produced, rest, values }: RangeAnswer, range: WriteTurn): Promise<number> {
    const { sink } = this.#options;
    if ("take" in sink) {
      await sink.take(values!);
      return 0;
    }
    let length = 0;
    let write = produced > 0 ? sink.write(slot, produced) : Promise.resolve(0);
    for (let at = 0; rest !== undefined && at < rest.length;) {
      // The slot is in use until then.
      length += await write;
      const piece = rest.subarray(at, at + slotRoom(slot));
      memoryView(slot.output, piece.length).set(piece);
      write = sink.write(slot, piece.length);
      at += piece.length;
    }
    range.end();
    return length + await write;
  }

  #note(index: number, range: WrittenRange): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    this.#written.set(index, range);
    const before = this.#ranges;
    for (let next; (next = this.#written.get(this.#ranges)) !== undefined; this.#ranges++) {
      this.#written.delete(this.#ranges);
      const { ranges, records, consumed: before } = this.#cursor;
      const { count, consumed, read } = next;
      this.#cursor = { ranges: ranges + 1, records: records + count, consumed: before + consumed, read };
      const { written, produced } = this.#output;
      this.#output = { written: written + next.length, produced: produced + next.produced };
    }
    if (this.#ranges > before) onProgress(this.#cursor, this.#output);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#options.onFailure?.();
  }
}
