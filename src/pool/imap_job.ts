import { FrameKind } from "../channel/frames.ts";
import { TimeoutError } from "../core/errors.ts";
import { type Deferred, deferred } from "../core/deferred.ts";
import { startTimer } from "../core/deadline.ts";
import type { ChunkSource } from "./chunk_source.ts";
import { Deque } from "./deque.ts";
import type { Job, PoolTask } from "./pool_task.ts";

/** How an `ImapJob` reaches its pool. */
export interface ImapPort<T> {
  /** Sends a chunk; throws where it cannot be sent. */
  send(job: Job, items: T[], index: number): PoolTask;
  cancel(tasks: readonly PoolTask[], reason: Error): void;
  /** No more of the input will be read. */
  doneReading(): void;
}

/** Limits of an `ImapJob`. */
export interface ImapLimits {
  readonly chunksize: number;
  /** Chunks between the input and the consumer. */
  readonly chunks: number;
  /** Encoded bytes between the input and the consumer. */
  readonly bytes: number;
  /** Milliseconds that one `next()` waits. */
  readonly timeout: number | undefined;
  readonly isOrdered: boolean;
}

type Outcome<R> = { value: R } | { error: unknown };

/** A chunk on its way; `outcomes` are there once it is answered. */
interface ChunkSlot<R> {
  readonly items: number;
  bytes: number;
  outcomes: Outcome<R>[] | undefined;
}

/**
 * An iteration over results, fed lazily from an input: reads on only while fewer than `chunks` chunks are between the
 * input and the consumer.
 */
export class ImapJob<T, R> implements Job, AsyncIterableIterator<R> {
  readonly #port: ImapPort<T>;
  readonly #source: ChunkSource<T>;
  readonly #limits: ImapLimits;
  /** Chunks in the order of delivery: of the input, or of their answers. */
  readonly #slots = new Deque<ChunkSlot<R>>();
  readonly #bySentTask = new Map<PoolTask, ChunkSlot<R>>();
  readonly #waiters = new Deque<Deferred<IteratorResult<R>> & { stopTimer?: () => void }>();
  #delivered: Outcome<R>[] = [];
  #deliveredAt = 0;
  #read = 0;
  #bytes = 0;
  #isReading = false;
  #isExhausted = false;
  /** What ends the iteration after everything before it was delivered. */
  #inputError: Outcome<R> | undefined;
  /** Takes the watches on the job away. */
  release: () => void = () => {};

  constructor(port: ImapPort<T>, source: ChunkSource<T>, limits: ImapLimits) {
    this.#port = port;
    this.#source = source;
    this.#limits = limits;
  }

  /** Reads on as far as the limits allow. */
  feed(): void {
    while (!this.#isReading && !this.#isExhausted && this.#hasRoom()) {
      try {
        const items = this.#source.next(this.#limits.chunksize);
        if (items instanceof Promise) return void this.#feedLater(items);
        this.#send(items);
      } catch (error) {
        this.#failInput(error);
      }
    }
  }

  async #feedLater(pending: Promise<T[]>): Promise<void> {
    this.#isReading = true;
    try {
      this.#send(await pending);
    } catch (error) {
      this.#failInput(error);
    }
    this.#isReading = false;
    this.feed();
    this.#deliver();
  }

  #hasRoom(): boolean {
    const inHand = this.#deliveredAt < this.#delivered.length ? 1 : 0;
    const underWay = this.#limits.isOrdered ? this.#slots.length : this.#slots.length + this.#bySentTask.size;
    return inHand + underWay < this.#limits.chunks && (this.#bytes < this.#limits.bytes || underWay === 0);
  }

  #send(items: T[]): void {
    if (this.#isExhausted) return;
    const isLast = items.length < this.#limits.chunksize;
    if (items.length > 0) this.#sendChunk(items);
    if (isLast) this.#exhaust();
  }

  #sendChunk(items: T[]): void {
    const slot: ChunkSlot<R> = { items: items.length, bytes: 0, outcomes: undefined };
    const index = this.#read;
    this.#read += items.length;
    try {
      const task = this.#port.send(this, items, index);
      slot.bytes = task.bytes;
      this.#bytes += slot.bytes;
      this.#bySentTask.set(task, slot);
    } catch (error) {
      // What cannot be sent is these items' outcome, as what their calls throw would be.
      slot.outcomes = items.map(() => ({ error }));
    }
    if (this.#limits.isOrdered || slot.outcomes !== undefined) this.#slots.push(slot);
  }

  #exhaust(): void {
    this.#isExhausted = true;
    this.#port.doneReading();
  }

  #failInput(error: unknown): void {
    if (this.#isExhausted) return;
    this.#exhaust();
    this.#inputError = { error };
    void this.#source.close().catch(() => {});
  }

  settle(task: PoolTask, kind: number, value: unknown): void {
    if (kind === FrameKind.Result) this.#fill(task, (value as R[]).map((item) => ({ value: item })));
    else if (kind === FrameKind.Failure) this.fail(task, (value as [Error])[0]);
    else {
      const outcomes = value as [boolean, unknown][];
      this.#fill(task, outcomes.map(([isOk, item]) => isOk ? { value: item as R } : { error: item }));
    }
  }

  fail(task: PoolTask, error: Error): void {
    const items = this.#bySentTask.get(task)?.items ?? 0;
    this.#fill(task, Array.from({ length: items }, () => ({ error })));
  }

  #fill(task: PoolTask, outcomes: Outcome<R>[]): void {
    const slot = this.#bySentTask.get(task);
    if (slot === undefined) return;
    this.#bySentTask.delete(task);
    slot.outcomes = outcomes;
    this.#bytes += task.bytes - slot.bytes;
    slot.bytes = task.bytes;
    if (!this.#limits.isOrdered) this.#slots.push(slot);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#waiters.length > 0) {
      const outcome = this.#nextOutcome();
      if (outcome === undefined && !this.#isFinished()) return this.feed();
      const waiter = this.#waiters.shift()!;
      waiter.stopTimer?.();
      if (outcome === undefined) waiter.resolve({ done: true, value: undefined });
      else if ("error" in outcome) waiter.reject(outcome.error);
      else waiter.resolve({ done: false, value: outcome.value });
    }
    this.feed();
  }

  #nextOutcome(): Outcome<R> | undefined {
    if (this.#deliveredAt >= this.#delivered.length) {
      const slot = this.#slots.peek();
      if (slot?.outcomes !== undefined) {
        this.#slots.shift();
        this.#bytes -= slot.bytes;
        this.#delivered = slot.outcomes;
        this.#deliveredAt = 0;
      } else {
        return this.#takeInputError();
      }
    }
    return this.#delivered[this.#deliveredAt++];
  }

  #takeInputError(): Outcome<R> | undefined {
    if (this.#slots.length > 0 || this.#bySentTask.size > 0) return undefined;
    const error = this.#inputError;
    this.#inputError = undefined;
    return error;
  }

  #isFinished(): boolean {
    const isFinished = this.#isExhausted && !this.#isReading && this.#slots.length === 0 &&
      this.#bySentTask.size === 0 && this.#inputError === undefined;
    if (isFinished) this.release();
    return isFinished;
  }

  next(): Promise<IteratorResult<R>> {
    const waiter: Deferred<IteratorResult<R>> & { stopTimer?: () => void } = deferred();
    this.#waiters.push(waiter);
    this.#deliver();
    const { timeout } = this.#limits;
    if (timeout !== undefined && this.#waiters.length > 0) {
      waiter.stopTimer = startTimer(timeout, () => this.#giveUp(waiter, timeout));
    }
    return waiter.promise;
  }

  /** The wait is over, the iteration is not: the result goes to the next `next()`. */
  #giveUp(waiter: Deferred<IteratorResult<R>>, timeout: number): void {
    const waiters = this.#waiters.toArray();
    if (!waiters.includes(waiter)) return;
    this.#waiters.clear();
    for (const other of waiters) if (other !== waiter) this.#waiters.push(other);
    waiter.reject(new TimeoutError(`No result within ${timeout} ms`));
  }

  /** Ends the iteration: drops what waits, closes the input. */
  async return(): Promise<IteratorResult<R>> {
    this.#end(new Error("The iteration was ended"));
    await this.#source.close();
    this.#deliver();
    return { done: true, value: undefined };
  }

  /** Ends the iteration with an error, which the next `next()` gets. */
  abort(reason: Error): void {
    this.#end(reason);
    this.#inputError = { error: reason };
    void this.#source.close().catch(() => {});
    this.#deliver();
  }

  #end(reason: Error): void {
    this.#exhaust();
    // Its answer may never come, and does not matter any more.
    this.#isReading = false;
    this.#inputError = undefined;
    const sent = [...this.#bySentTask.keys()];
    this.#bySentTask.clear();
    this.#slots.clear();
    this.#bytes = 0;
    this.#delivered = [];
    this.#deliveredAt = 0;
    this.#port.cancel(sent, reason);
    this.release();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
