import { ByteFeed } from "./byte_feed.ts";
import type { MapSlot } from "./map_slot.ts";
import type { RangeSource } from "./map_tasks.ts";
import { headerText, type RangePlace } from "./raw_records.ts";
import type { MapperSettings } from "./record_form.ts";
import { lastRecordEnd, MAX_RECORD_BYTES, recordEnd, tooLong } from "./record_range.ts";
import { memoryView } from "./slot.ts";
import { skipTo } from "./stream_feed.ts";

/** The part of a stream that one worker gets, and where it stands. */
export interface StreamRange extends RangePlace {
  readonly source: RangeSource;
}

/** Where a stream is gone on with. */
export interface RecordStart {
  /** What errors call the stream. */
  readonly name: string;
  /** Bytes of text before it: whole records. */
  readonly consumed: number;
}

/** Cuts a stream of bytes into ranges of whole records, each in the slot that it is read into if it fits there. */
export class RecordStream {
  readonly #feed: ByteFeed;
  readonly #settings: MapperSettings;
  readonly #chunkBytes: number;
  readonly #start: RecordStart | undefined;
  #offset = 0;
  #header: string | undefined;

  constructor(bytes: AsyncIterable<Uint8Array>, settings: MapperSettings, chunkBytes: number, start?: RecordStart) {
    this.#start = start;
    this.#feed = new ByteFeed(bytes);
    this.#settings = settings;
    this.#chunkBytes = chunkBytes;
  }

  /** Makes the wait for the stream reject; resolves when the stream has taken note. */
  cancel(reason: unknown): Promise<void> {
    return this.#feed.cancel(reason);
  }

  /**
   * Reads the next range; undefined at the end. `isHungry` tells whether workers wait, so that whole records are handed on
   * though there is room for more.
   */
  async next(slot: MapSlot, isHungry: () => boolean): Promise<StreamRange | undefined> {
    const room = Math.min(this.#chunkBytes, slot.inputBytes);
    const quotes = this.#settings.by === "csv";
    await this.#goOn();
    let whole = 0;
    const length = await this.#feed.fill(() => memoryView(slot.input, room), 0, (end) => {
      if (!isHungry()) return false;
      whole = lastRecordEnd(memoryView(slot.input, end), quotes);
      return whole > 0;
    });
    if (length === 0) return undefined;
    const bytes = memoryView(slot.input, length);
    const isLast = this.#feed.ended;
    const cut = isLast ? length : lastRecordEnd(bytes, quotes);
    if (cut === 0) return await this.#long(bytes.slice());
    this.#feed.giveBack(bytes.slice(cut));
    return this.#range(bytes.subarray(0, cut), { length: cut, offset: this.#offset });
  }

  /** Leaves out what is before the start, except that it takes the header from there. */
  async #goOn(): Promise<void> {
    if (this.#start === undefined || this.#offset >= this.#start.consumed) return;
    const { name, consumed } = this.#start;
    if (this.#hasHeader) this.#header = await this.#firstRow();
    await skipTo(consumed, this.#feed, name);
    this.#offset = consumed;
  }

  /** The first row, which stays to be read. */
  async #firstRow(): Promise<string> {
    for (let room = this.#chunkBytes;; room *= 2) {
      const bytes = new Uint8Array(room);
      const length = await this.#feed.fill(() => bytes, 0, () => false);
      this.#feed.giveBack(bytes.subarray(0, length));
      const end = recordEnd(bytes.subarray(0, length), 0, true, false);
      if (end >= 0 || length < room) return headerText(bytes.subarray(0, end < 0 ? length : end));
    }
  }

  /** A record that is longer than a slot. */
  async #long(start: Uint8Array): Promise<StreamRange> {
    const quotes = this.#settings.by === "csv";
    for (let bytes = start;;) {
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      const length = await this.#feed.fill(() => larger, bytes.length, () => false);
      bytes = larger.subarray(0, length);
      const end = this.#feed.ended ? length : lastRecordEnd(bytes, quotes);
      if (end > 0) {
        this.#feed.giveBack(bytes.slice(end));
        const whole = bytes.subarray(0, end);
        return this.#range(whole, { bytes: whole, offset: this.#offset });
      }
      if (length > MAX_RECORD_BYTES) throw tooLong(this.#offset);
    }
  }

  get #hasHeader(): boolean {
    return this.#settings.by === "csv" && this.#settings.header;
  }

  #range(bytes: Uint8Array, source: RangeSource): StreamRange {
    const isFirst = this.#offset === 0;
    this.#offset += bytes.length;
    if (isFirst && this.#hasHeader) {
      const end = recordEnd(bytes, 0, true, false);
      this.#header = headerText(bytes.slice(0, end < 0 ? bytes.length : end));
    }
    return { source, isFirst, header: this.#header };
  }
}

/** Values that one task takes at most. */
const BATCH_VALUES = 256;
/** Milliseconds that values wait for more. */
const BATCH_WAIT = 5;

/** Gathers the values of an iterable into ranges; what is there is handed on where the next one takes long. */
export class ValueStream {
  readonly #values: AsyncIterator<unknown>;
  #next: Promise<IteratorResult<unknown>> | undefined;
  #interrupt: ((reason: unknown) => void) | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  #ended = false;

  constructor(values: AsyncIterator<unknown>, first: IteratorResult<unknown>) {
    this.#values = values;
    this.#next = Promise.resolve(first);
  }

  /** Makes the wait for the iterable reject, and tells it that no more is wanted. */
  async cancel(reason: unknown): Promise<void> {
    if (this.#ended || this.#cancelled !== undefined) return;
    this.#cancelled = { reason };
    this.#interrupt?.(reason);
    await this.#values.return?.();
  }

  /** The next values; undefined at the end. */
  async next(): Promise<StreamRange | undefined> {
    const values: unknown[] = [];
    while (!this.#ended && values.length < BATCH_VALUES) {
      const next = this.#next ??= this.#values.next();
      const result = await this.#wait(next, values.length > 0);
      if (result === undefined) break;
      this.#next = undefined;
      if (result.done) this.#ended = true;
      else values.push(result.value);
    }
    return values.length === 0 ? undefined : { source: { values }, isFirst: false, header: undefined };
  }

  #wait(next: Promise<IteratorResult<unknown>>, mayGiveUp: boolean): Promise<IteratorResult<unknown> | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#cancelled !== undefined) return reject(this.#cancelled.reason);
      const timer = mayGiveUp ? setTimeout(() => resolve(undefined), BATCH_WAIT) : undefined;
      this.#interrupt = reject;
      next.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
