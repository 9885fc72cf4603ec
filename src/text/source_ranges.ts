import { readInOrder } from "../runtime/files.ts";
import { standardInput } from "../runtime/terminal.ts";
import { nominalChunks } from "./chunk_plan.ts";
import { decodedText } from "./decoded_text.ts";
import { readError } from "./file_failure.ts";
import type { MapSettings } from "./map_options.ts";
import type { MapSlot } from "./map_slot.ts";
import { firstRow, type RangeSource } from "./map_tasks.ts";
import { quoteStates } from "./quote_states.ts";
import type { RangeCaller } from "./range_caller.ts";
import type { RangePlace } from "./raw_records.ts";
import { ReadMeter } from "./read_meter.ts";
import type { MapCursor, RecordDelivery } from "./record_delivery.ts";
import type { RecordChunk } from "./record_range.ts";
import { RecordStream, ValueStream } from "./record_stream.ts";
import { hasTarget, type RunCheckpoint } from "./run_checkpoint.ts";
import type { SlotPool } from "./slot_pool.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";
import type { FileSource, StreamSource } from "./text_plan.ts";

/** What the ranges of a run are started with. */
export interface SourceRangesOptions {
  readonly settings: MapSettings;
  readonly runner: TaskRunner;
  readonly caller: RangeCaller;
  readonly slots: SlotPool<MapSlot>;
  readonly checkpoint: RunCheckpoint<MapCursor> | undefined;
  /** Told of the bytes that are read of an input that comes in order. */
  readonly onRead: (bytes: number) => void;
}

/** Ranges in which quotes are counted at a time, for each slot. */
const COUNTS_PER_SLOT = 2;

/** Cuts the sources of a run into ranges of records and hands each to a worker, as slots become free. */
export class SourceRanges {
  readonly #options: SourceRangesOptions;
  readonly #stopped: Promise<void>;
  #tellStopped!: () => void;
  #stop: { readonly reason: unknown } | undefined;
  #cancelStream: ((reason: unknown) => Promise<void>) | undefined;

  constructor(options: SourceRangesOptions) {
    this.#options = options;
    this.#stopped = new Promise((resolve) => this.#tellStopped = resolve);
  }

  /** Starts nothing more, and leaves the stream that is read. */
  stop(reason: unknown): void {
    if (this.#stop !== undefined) return;
    this.#stop = { reason };
    void this.#cancelStream?.(reason).catch(() => {});
    this.#tellStopped();
  }

  /** Starts every range of a source, from where an earlier run came to. */
  start(source: FileSource | StreamSource, delivery: RecordDelivery, resumed: MapCursor | undefined): Promise<void> {
    return source.kind === "file"
      ? this.#startFile(source, delivery, resumed)
      : this.#startStream(source, delivery, resumed);
  }

  async #startFile(source: FileSource, delivery: RecordDelivery, resumed: MapCursor | undefined): Promise<void> {
    const { mapper, chunkBytes } = this.#options.settings;
    const { path, size } = source;
    const file = { path, size };
    const isCsv = mapper.by === "csv";
    const quotes = isCsv && size > chunkBytes
      ? await quoteStates(file, {
        runner: this.#options.runner,
        chunkBytes,
        atATime: COUNTS_PER_SLOT * this.#options.slots.slots.length,
        isStopped: () => this.#stop !== undefined,
      })
      : undefined;
    const header = isCsv && mapper.header && size > 0
      ? resultOf(await this.#options.runner.apply(firstRow, [file]), path, path)
      : undefined;
    const { checkpoint } = this.#options;
    const kept = hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint?.restart(kept);
    let index = resumed?.ranges ?? 0;
    for (const { start, end } of nominalChunks(size, chunkBytes, index)) {
      const startsQuoted = quotes?.[index] === 1;
      const chunk: RecordChunk = { start, end, startsQuoted, endsQuoted: quotes?.[++index] === 1 };
      if (kept !== undefined) await checkpoint?.enter(kept);
      const slot = await this.#options.slots.acquire();
      if (!this.#start(slot, { file, chunk }, { isFirst: start === 0, header }, delivery, path)) return;
    }
  }

  /** Of what an earlier run began, the text before is read again, but cut into ranges only from there on. */
  async #startStream(
    source: StreamSource,
    delivery: RecordDelivery,
    resumed: MapCursor | undefined,
  ): Promise<void> {
    const { settings, slots, checkpoint } = this.#options;
    const { path, bytes: own } = source;
    const meter = new ReadMeter(this.#options.onRead, resumed?.read);
    const kept = checkpoint !== undefined && hasTarget(source) ? source : undefined;
    if (kept !== undefined) checkpoint!.restart(kept);
    let stream: Pick<RecordStream, "next" | "cancel">;
    if (own === undefined) {
      const stored = path === "-" ? standardInput() : readInOrder(path);
      stream = new RecordStream(
        decodedText(path, stored, source.decompress, (bytes) => meter.add(bytes)),
        settings.mapper,
        settings.chunkBytes,
        { name: path, consumed: resumed?.consumed ?? 0 },
      );
    } else {
      stream = await this.#ownStream(own as AsyncIterable<unknown>, source);
    }
    this.#cancelStream = (reason) => stream.cancel(reason);
    try {
      while (this.#stop === undefined) {
        if (kept !== undefined) await checkpoint!.enter(kept);
        const slot = await slots.acquire();
        // A file is cut at the same places each time, however fast it comes.
        const isHungry = (): boolean => source.size === undefined && delivery.idle;
        const range = await stream.next(slot, isHungry).catch((error) => {
          slots.release(slot);
          throw error;
        });
        if (range === undefined) return slots.release(slot);
        const read = source.decompress === undefined ? undefined : meter.bytes;
        if (!this.#start(slot, range.source, range, delivery, path, read)) return;
      }
    } catch (error) {
      const { syscall, code, message } = error as NodeJS.ErrnoException;
      throw own === undefined && syscall !== undefined ? readError(path, code, message, error) : error;
    } finally {
      this.#cancelStream = undefined;
      const left = stream.cancel(undefined).catch(() => {});
      // Standard input has nothing that would have to be waited for.
      if (own === undefined && path !== "-") await left;
    }
  }

  /** The caller's own stream: text if it begins with bytes, else the records themselves. */
  async #ownStream(
    values: AsyncIterable<unknown>,
    source: StreamSource,
  ): Promise<Pick<RecordStream, "next" | "cancel">> {
    const { settings } = this.#options;
    const iterator = values[Symbol.asyncIterator]();
    this.#cancelStream = async () => void await iterator.return?.();
    const first = await Promise.race([iterator.next(), this.#stopped]);
    if (first === undefined) throw this.#stop!.reason;
    if (!(first.value instanceof Uint8Array)) return new ValueStream(iterator, first);
    return new RecordStream(
      decodedText(source.path, continued(iterator, first.value), source.decompress, this.#options.onRead),
      settings.mapper,
      settings.chunkBytes,
    );
  }

  /** Starts a range in a slot; false where more are of no use. */
  #start(
    slot: MapSlot,
    source: RangeSource,
    place: RangePlace,
    delivery: RecordDelivery,
    path: string,
    read?: number,
  ): boolean {
    if (delivery.failed || this.#stop !== undefined) {
      this.#options.slots.release(slot);
      return false;
    }
    const { isFirst, header } = place;
    delivery.add(slot, this.#options.caller.call({ source, slot, isFirst, header }, path), read);
    return true;
  }
}

async function* continued(iterator: AsyncIterator<unknown>, first: Uint8Array): AsyncGenerator<Uint8Array> {
  let isDone = false;
  try {
    yield first;
    for (let next; !(next = await iterator.next()).done;) yield next.value as Uint8Array;
    isDone = true;
  } finally {
    if (!isDone) await iterator.return?.();
  }
}
