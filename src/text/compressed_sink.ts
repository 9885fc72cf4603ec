import type { Compression } from "../runtime/compression.ts";
import type { ByteSink } from "./byte_sink.ts";
import { compressSlot } from "./compress_task.ts";
import type { Slot } from "./slot.ts";
import type { SlotPool } from "./slot_pool.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";

/**
 * Compresses what goes to another sink, each piece by whichever worker is free: as gzip members or zstd frames one after
 * another, which every decompressor reads as one text.
 */
export class CompressedSink implements ByteSink {
  readonly #inner: ByteSink;
  readonly #runner: TaskRunner;
  readonly #form: Compression;
  #isEmpty: boolean;
  #turn: Promise<void> = Promise.resolve();

  /** @param isEmpty whether nothing was written to `inner` before */
  constructor(inner: ByteSink, runner: TaskRunner, form: Compression, isEmpty: boolean = true) {
    this.#isEmpty = isEmpty;
    this.#inner = inner;
    this.#runner = runner;
    this.#form = form;
  }

  /** No more is to come. Nothing, too, has its compressed form. */
  async finish<S extends Slot>(slots: SlotPool<S>): Promise<void> {
    if (!this.#isEmpty) return;
    const slot = await slots.acquire();
    try {
      await this.write(slot, 0);
    } finally {
      slots.release(slot);
    }
  }

  async write(slot: Slot, length: number): Promise<number> {
    this.#isEmpty = false;
    const before = this.#turn;
    let next!: () => void;
    this.#turn = new Promise<void>((resolve) => next = resolve);
    let written: Promise<number>;
    try {
      const compressed = resultOf(await this.#runner.apply(compressSlot, [slot, length, this.#form]), "", "");
      await before;
      written = this.#inner.write(slot, compressed);
    } finally {
      next();
    }
    return await written;
  }
}
