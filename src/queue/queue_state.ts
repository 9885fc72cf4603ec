import { encodePassingBytes } from "../channel/byte_codec.ts";
import { ManyhandsError, QueueEmptyError, QueueFullError, ShutDownError } from "../core/errors.ts";
import { waitAsync, type WaitOptions, waitSync } from "../sync/word_wait.ts";
import type { QueueCore } from "./queue_core.ts";
import { NOTHING, passageOf, SharedFifo, valueOf } from "./shared_fifo.ts";

/** Words of a queue's state after those of its messages. */
const LARGEST = 8;
const SHUT = 9;
const UNFINISHED = 10;
const JOIN_BELL = 11;

/** Cache lines of a queue's words. */
export const QUEUE_LINES = 1;

/** What all queues do: messages, their number, the shutdown, and the items that are not done. */
export class QueueState implements QueueCore {
  readonly #words: Int32Array;
  readonly #fifo: SharedFifo;
  readonly #name: string;

  constructor(words: Int32Array, name: string) {
    this.#words = words;
    this.#fifo = new SharedFifo(words, 0);
    this.#name = name;
  }

  /** Frees the messages. */
  static release(words: Int32Array): void {
    SharedFifo.release(words, 0);
  }

  /** Items that it holds at most, 0 for any number. */
  get largest(): number {
    return this.#words[LARGEST]!;
  }

  set largest(items: number) {
    this.#words[LARGEST] = items;
  }

  get size(): number {
    return this.#fifo.count;
  }

  get isFull(): boolean {
    return this.largest > 0 && this.size >= this.largest;
  }

  get isShut(): boolean {
    return Atomics.load(this.#words, SHUT) === 1;
  }

  get isReady(): boolean {
    return this.size > 0 || this.isShut;
  }

  /** Resolves when the value is stored; see `Queue.put`. */
  put(value: unknown, limits: WaitOptions): Promise<void> {
    return this.putMessage(encodePassingBytes(value, "item"), limits);
  }

  /** Resolves when the bytes of a value are stored. */
  putMessage(message: Uint8Array, limits: WaitOptions): Promise<void> {
    if (this.#lookPut(message) === undefined) return Promise.resolve();
    const kept = message.slice();
    return waitAsync(this.#words, this.#fifo.takeBell, () => this.#lookPut(kept), limits).then((isStored) => {
      if (!isStored) throw this.#full();
    });
  }

  putSync(value: unknown, timeout: number | undefined): void {
    const message = encodePassingBytes(value, "item");
    if (this.#lookPut(message) === undefined) return;
    const kept = message.slice();
    if (!waitSync(this.#words, this.#fifo.takeBell, () => this.#lookPut(kept), timeout)) throw this.#full();
  }

  /** Stores the message and returns undefined, or returns the word with which to sleep. */
  #lookPut(message: Uint8Array): number | undefined {
    return this.#fifo.exclusively(() => {
      if (this.isShut) throw this.#shut("put into");
      if (this.isFull) return this.#fifo.wantRoom();
      this.#fifo.put(message);
      this.#words[UNFINISHED]!++;
      return undefined;
    });
  }

  get(limits: WaitOptions): Promise<unknown> {
    const slot: Slot = { item: NOTHING };
    try {
      limits.signal?.throwIfAborted();
      // Without a wait there is no promise but the one that is handed out: each costs as much as the item.
      if (this.#lookGet(slot) === undefined) return Promise.resolve(valueOf(slot.item));
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#awaitItem(slot, limits).then(valueOf);
  }

  async getToPassOn(limits: WaitOptions): Promise<unknown> {
    return passageOf(await this.#awaitItem({ item: NOTHING }, limits));
  }

  async #awaitItem(slot: Slot, limits: WaitOptions): Promise<unknown> {
    if (!await waitAsync(this.#words, this.#fifo.putBell, () => this.#lookGet(slot), limits)) throw this.#empty();
    return slot.item;
  }

  getSync(timeout: number | undefined): unknown {
    const slot: Slot = { item: NOTHING };
    if (!waitSync(this.#words, this.#fifo.putBell, () => this.#lookGet(slot), timeout)) throw this.#empty();
    return valueOf(slot.item);
  }

  /** Takes an item into the slot and returns undefined, or returns the word with which to sleep. */
  #lookGet(slot: Slot): number | undefined {
    return this.#fifo.exclusively(() => {
      slot.item = this.#fifo.take();
      if (slot.item !== NOTHING) return undefined;
      if (this.isShut) throw this.#shut("get from");
      return this.#fifo.wantMessage();
    });
  }

  /** Resolves once there is an item, or none will come. */
  async whenReady(signal: AbortSignal): Promise<void> {
    const look = (): number | undefined =>
      this.#fifo.exclusively(() => this.size > 0 || this.isShut ? undefined : this.#fifo.wantMessage());
    await waitAsync(this.#words, this.#fifo.putBell, look, { signal });
  }

  /** No item may be put any more; at once none may be got either. */
  shutdown(isImmediate: boolean): void {
    this.#fifo.exclusively(() => {
      Atomics.store(this.#words, SHUT, 1);
      if (isImmediate) this.#finish(Math.min(this.#fifo.clear(), this.#unfinished));
      this.#fifo.ringAll();
    });
  }

  get #unfinished(): number {
    return Atomics.load(this.#words, UNFINISHED);
  }

  taskDone(): void {
    this.#fifo.exclusively(() => {
      if (this.#unfinished > 0) return this.#finish(1);
      throw new ManyhandsError("ERR_TOO_MANY_DONE", `taskDone was called more often than items were put`);
    });
  }

  #finish(count: number): void {
    if (count === 0 || Atomics.sub(this.#words, UNFINISHED, count) > count) return;
    Atomics.add(this.#words, JOIN_BELL, 1);
    Atomics.notify(this.#words, JOIN_BELL);
  }

  /** Waits until every item that was put is done; false where the time limit ended first. */
  join(limits: WaitOptions): Promise<boolean> {
    return waitAsync(this.#words, JOIN_BELL, () => this.#lookJoin(), limits);
  }

  joinSync(timeout: number | undefined): boolean {
    return waitSync(this.#words, JOIN_BELL, () => this.#lookJoin(), timeout);
  }

  #lookJoin(): number | undefined {
    const bell = Atomics.load(this.#words, JOIN_BELL);
    return this.#unfinished === 0 ? undefined : bell;
  }

  #shut(verb: string): ShutDownError {
    return new ShutDownError(`Cannot ${verb} a ${this.#name} that was shut down`);
  }

  #full(): QueueFullError {
    return new QueueFullError(`The ${this.#name} is full: it holds ${this.largest} items at most`);
  }

  #empty(): QueueEmptyError {
    return new QueueEmptyError(`The ${this.#name} is empty`);
  }
}

interface Slot {
  item: unknown;
}
