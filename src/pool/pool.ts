import { FrameKind } from "../channel/frames.ts";
import { TaskEncodingError, UnsupportedError } from "../core/errors.ts";
import { inPlaceTaskOf } from "../core/task_reference.ts";
import type { TaskLike } from "../process/define_task.ts";
import { assertMayStart } from "../process/main_guard.ts";
import { runtime } from "../runtime/current.ts";
import type { SharedArray } from "../shared/shared_array.ts";
import { AsyncResult, type ResultSource } from "./async_result.ts";
import { callTask } from "./call_task.ts";
import { ChunkSource } from "./chunk_source.ts";
import { listChunkSize } from "./chunking.ts";
import { ImapJob } from "./imap_job.ts";
import { imapLimits } from "./imap_limits.ts";
import { inPlaceRanges } from "./in_place_ranges.ts";
import { assertIterable, collected, type Items } from "./items.ts";
import { abortReason, watchLimits } from "./job_limits.ts";
import { MapJob } from "./map_job.ts";
import {
  type AsyncJobOptions,
  atLeast,
  type ImapOptions,
  type JobOptions,
  type MapOptions,
  type PoolOptions,
  poolSettings,
} from "./pool_options.ts";
import type { PoolStats } from "./pool_stats.ts";
import { type Job, type PoolFunction, PoolTask } from "./pool_task.ts";
import { Supervisor } from "./supervisor.ts";

const NO_OPTIONS: JobOptions = {};

/** What resolves the promise that was made last: one function for all promises takes it, instead of a closure for each. */
let taken: (value: never) => void;

function takeResolve(resolve: (value: never) => void): void {
  taken = resolve;
}

/** An open pool that nobody has any more: its workers would idle until the program ends. */
const dropped: FinalizationRegistry<Supervisor> = new FinalizationRegistry((supervisor) => {
  if (supervisor.state !== "open") return;
  runtime.warn(
    `${supervisor.settings.name} was dropped without close or terminate; it closes when its work is done`,
    "MANYHANDS_POOL_DROPPED",
  );
  supervisor.close();
});

/**
 * Workers that run functions. Python: `multiprocessing.Pool`.
 *
 * A worker that dies fails only the task that it ran, with `WorkerLostError`, and is replaced. No promise of a pool
 * stays unsettled: `terminate` and disposal reject what is pending. The program ends by itself when nothing is owed,
 * whether the pool was closed or not.
 *
 * @example
 * ```ts
 * import { Pool } from "@manyhands/manyhands";
 *
 * const pool = new Pool(3);
 * console.log(await pool.map((x: number) => 2 * x, [5, 10, 20])); // [ 10, 20, 40 ]
 * pool.close();
 * await pool.join();
 * ```
 */
export class Pool {
  readonly #supervisor: Supervisor;

  /**
   * Starts the workers.
   *
   * @param options options, or just the number of workers; default: as many as the cores that this process may use
   * @throws {RangeError} where a number is out of its range, such as `new Pool(0)`
   * @throws {MainGuardError} while a worker loads a module: put it behind `if (isMainProcess)`
   * @throws {UnsupportedError} where an option needs what the context cannot do
   */
  constructor(options: PoolOptions | number = {}) {
    assertMayStart("a Pool");
    this.#supervisor = new Supervisor(poolSettings(options));
    dropped.register(this, this.#supervisor);
  }

  /**
   * Calls `fn(...args)` in a worker. Python: `Pool.apply`, which blocks.
   *
   * @returns what the call gives
   * @throws what the call throws, with the worker's stack
   * @throws {TaskEncodingError} where an argument or the value cannot be sent; `path` leads to it
   * @throws {TimeoutError} after `options.timeout` milliseconds
   * @throws {WorkerLostError} where the worker ended during the call
   * @throws {PoolClosedError} where the pool takes no work
   */
  apply<A extends unknown[], R>(fn: TaskLike<A, R>, args?: A, options: JobOptions = NO_OPTIONS): Promise<Awaited<R>> {
    // Millions may wait: the second function that settles a promise is not kept for each of them.
    const promise = new Promise<Awaited<R>>(takeResolve);
    try {
      this.#submitCall(fn as TaskLike, args ?? [], options, taken);
    } catch (error) {
      return Promise.reject(error);
    }
    return promise;
  }

  /** `apply` that returns at once. Python: `Pool.apply_async`. Throws what `apply` throws for bad arguments. */
  applyAsync<A extends unknown[], R>(
    fn: TaskLike<A, R>,
    args?: A,
    options: AsyncJobOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    const source = this.#asyncResult(options, (reason) => {
      task.release?.();
      this.#supervisor.dispatcher.cancel([task], reason);
    });
    const resolve = source.resolve as (value: never) => void;
    const task = this.#submitCall(fn as TaskLike, args ?? [], options, resolve, source.reject);
    return source.result;
  }

  /**
   * Calls `fn(item)` for each item and resolves with all values in the order of the items. Waits for all calls, then
   * rejects with the error of the first that threw. Python: `Pool.map`.
   *
   * @throws {RangeError} where `chunksize` is below 1; else as `apply`
   */
  map<T, R>(fn: TaskLike<[T], R>, items: Items<T>, options: MapOptions = {}): Promise<Awaited<R>[]> {
    return this.#mapAll(fn as TaskLike, items, options, FrameKind.Map);
  }

  /** `map` that returns at once. Python: `Pool.map_async`. */
  mapAsync<T, R>(
    fn: TaskLike<[T], R>,
    items: Items<T>,
    options: MapOptions & AsyncJobOptions<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapLater(fn as TaskLike, items, options, FrameKind.Map);
  }

  /** `map` that calls `fn(...item)`. Python: `Pool.starmap`. */
  starmap<A extends unknown[], R>(
    fn: TaskLike<A, R>,
    items: Items<A>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#mapAll(fn as TaskLike, items, options, FrameKind.StarMap);
  }

  /** `starmap` that returns at once. Python: `Pool.starmap_async`. */
  starmapAsync<A extends unknown[], R>(
    fn: TaskLike<A, R>,
    items: Items<A>,
    options: MapOptions & AsyncJobOptions<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapLater(fn as TaskLike, items, options, FrameKind.StarMap);
  }

  /**
   * Calls `fn(item)` for each item and gives the values one by one in the order of the items. The input is read lazily:
   * at most one chunk a worker and `buffersize` more are between it and the consumer. An item whose call threw rejects
   * its `next()`; the iteration goes on after it. Python: `Pool.imap`.
   *
   * @example
   * ```ts
   * import { Pool } from "@manyhands/manyhands";
   *
   * const pool = new Pool(2);
   * for await (const value of pool.imap((x: number) => 2 * x, [1, 2, 3])) console.log(value); // 2, 4, 6
   * await pool.terminate();
   * ```
   */
  imap<T, R>(fn: TaskLike<[T], R>, items: Items<T>, options: ImapOptions = {}): AsyncIterableIterator<Awaited<R>> {
    return this.#iterate(fn as TaskLike, items, options, true);
  }

  /** `imap` that gives the values as they come. Python: `Pool.imap_unordered`. */
  imapUnordered<T, R>(
    fn: TaskLike<[T], R>,
    items: Items<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#iterate(fn as TaskLike, items, options, false);
  }

  /**
   * Runs a kernel on all of a shared array where it lies: nothing is copied. Without a counterpart in Python.
   *
   * @param kernel a kernel that works in place, such as `kernels.double`
   * @param options `chunksize` is in items; `"auto"` gives each worker four chunks
   * @throws {TypeError} where the kernel does not work in place
   * @throws {UnsupportedError} in the context `"process"`, whose workers share no memory
   *
   * @example
   * ```ts
   * import { kernels, Pool, SharedArray } from "@manyhands/manyhands";
   *
   * const pool = new Pool(2);
   * const array = new SharedArray("d", [5, 10, 15]);
   * await pool.mapInPlace(kernels.double, array);
   * console.log(array.toArray()); // [ 10, 20, 30 ]
   * await pool.terminate();
   * ```
   */
  async mapInPlace(
    kernel: (...args: never[]) => unknown,
    array: SharedArray,
    options: MapOptions = {},
  ): Promise<void> {
    const inPlace = inPlaceTaskOf(kernel);
    if (inPlace === undefined) {
      throw new TypeError(`Cannot map in place: ${kernel?.name || "the function"} is not a kernel that works in place`);
    }
    if (this.#supervisor.settings.method === "process") {
      throw new UnsupportedError(
        "Cannot map in place: workers that are processes of the operating system share no memory",
      );
    }
    const ranges = inPlaceRanges(array, options.chunksize ?? "auto", this.#supervisor.wanted);
    await this.#mapAll(inPlace as TaskLike, ranges, { ...options, chunksize: 1 }, FrameKind.StarMap);
  }

  /** Takes no more work; the workers end when what was handed in is done. Python: `Pool.close`. */
  close(): void {
    this.#supervisor.close();
  }

  /**
   * Resolves when the workers have ended. Python: `Pool.join`.
   *
   * @throws {ManyhandsError} with code `ERR_POOL_OPEN` before `close` or `terminate`. Python: `ValueError`
   */
  join(): Promise<void> {
    return this.#supervisor.join();
  }

  /**
   * Rejects what is pending with `PoolClosedError` and ends the workers, by force where they do not end at once.
   * Python: `Pool.terminate`.
   */
  terminate(): Promise<void> {
    return this.#supervisor.terminate();
  }

  /**
   * Has `processes` workers from now on. New ones start at once; those too many end after the task that each of them
   * runs, and what they have not begun goes to the others. Python's `Pool` cannot.
   *
   * @throws {RangeError} where that is no integer of at least 1
   * @throws {PoolClosedError} where the pool takes no work
   *
   * @example
   * ```ts
   * import { Pool } from "@manyhands/manyhands";
   *
   * const pool = new Pool(1);
   * pool.resize(3);
   * console.log(pool.stats().processes, pool.stats().alive); // 3 3
   * await pool.terminate();
   * ```
   */
  resize(processes: number): void {
    this.#supervisor.resize(atLeast(1, "processes", processes));
  }

  /** What the pool is doing now. */
  stats(): PoolStats {
    const { state, wanted: processes, alive, lost, abandoned, dispatcher } = this.#supervisor;
    const { owed: pending, backlog: queued, completed } = dispatcher;
    return { state, processes, alive, lost, abandoned, pending, queued, completed };
  }

  /** `terminate`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.terminate();
  }

  #prepare(fn: TaskLike, options: JobOptions): PoolFunction {
    const supervisor = this.#supervisor;
    const refusal = supervisor.refusal();
    if (refusal !== undefined) throw refusal;
    if (options.signal !== undefined) options.signal.throwIfAborted();
    return supervisor.functions.register(fn, options.deps);
  }

  #task(job: Job, kind: number, fn: PoolFunction, index: number): PoolTask {
    return new PoolTask(job, kind, fn, index, this.#supervisor.settings.retries);
  }

  #submitCall(
    fn: TaskLike,
    args: unknown[],
    options: JobOptions,
    resolve: (value: never) => void,
    reject?: (error: unknown) => void,
  ): PoolTask {
    const { dispatcher, settings } = this.#supervisor;
    if (!Array.isArray(args)) throw new TypeError(`args: expected an array of arguments, found ${typeof args}`);
    const task = callTask(this.#prepare(fn, options), settings.retries, resolve, reject);
    dispatcher.submit(task, args, "args");
    if (options.signal !== undefined || options.timeout !== undefined) {
      task.release = watchLimits(options, (reason) => {
        task.fail(reason);
        dispatcher.cancel([task], reason);
      });
    }
    return task;
  }

  #asyncResult<R>(options: AsyncJobOptions<R>, cancel: (reason: Error) => void): ResultSource<R> {
    const source = AsyncResult.create<R>(cancel);
    const { callback, errorCallback } = options;
    if (callback !== undefined || errorCallback !== undefined) {
      // An error that only `get` is to tell of is no unhandled rejection.
      void source.result.get().then(callback, errorCallback ?? (() => {}));
    }
    return source;
  }

  #mapAll<R>(fn: TaskLike, items: Items<unknown>, options: MapOptions, kind: number): Promise<R[]> {
    return new Promise((resolve, reject) => {
      this.#startMap(fn, items, options, kind, new MapJob(resolve, reject));
    });
  }

  #mapLater<R>(
    fn: TaskLike,
    items: Items<unknown>,
    options: MapOptions & AsyncJobOptions<R[]>,
    kind: number,
  ): AsyncResult<R[]> {
    const source = this.#asyncResult<R[]>(options, (reason) => end(reason));
    const end = this.#startMap(fn, items, options, kind, new MapJob(source.resolve, source.reject));
    return source.result;
  }

  /** Starts a map job; never throws: what goes wrong rejects it. Returns what ends it early. */
  #startMap<R>(
    fn: TaskLike,
    items: Items<unknown>,
    options: MapOptions,
    kind: number,
    job: MapJob<R>,
  ): (reason: unknown) => void {
    let doneReading = (): void => {};
    const end = (reason: unknown): void => {
      job.end(reason);
      doneReading();
      this.#supervisor.dispatcher.cancel(job.tasks, reason as Error);
    };
    try {
      const registered = this.#prepare(fn, options);
      const submit = (list: unknown[]): void => this.#submitMap(job, registered, list, options, kind);
      job.release = watchLimits(options, end);
      const list = collected(items, job);
      if (!(list instanceof Promise)) submit(list);
      else {
        doneReading = this.#supervisor.beginInput(end);
        void list.then(submit).catch(end).then(doneReading);
      }
    } catch (error) {
      end(error);
    }
    return end;
  }

  #submitMap<R>(job: MapJob<R>, fn: PoolFunction, list: unknown[], options: MapOptions, kind: number): void {
    if (job.isEnded) return;
    const size = listChunkSize(options.chunksize ?? "auto", list.length, this.#supervisor.wanted);
    job.begin(list.length, Math.ceil(list.length / size));
    for (let at = 0; at < list.length; at += size) {
      const task = this.#task(job, kind, fn, at);
      this.#submitChunk(task, size >= list.length ? list : list.slice(at, at + size), at);
      job.tasks.push(task);
    }
  }

  #submitChunk(task: PoolTask, items: unknown[], start: number): void {
    try {
      this.#supervisor.dispatcher.submit(task, items, "items");
    } catch (error) {
      throw start > 0 && error instanceof TaskEncodingError ? error.shifted(start) : error;
    }
  }

  #iterate<R>(fn: TaskLike, items: Items<unknown>, options: ImapOptions, isOrdered: boolean): AsyncIterableIterator<R> {
    const registered = this.#prepare(fn, options);
    assertIterable(items);
    const { dispatcher, wanted } = this.#supervisor;
    const limits = imapLimits(options, wanted, isOrdered);
    const port = {
      send: (job: Job, chunk: unknown[], index: number): PoolTask => {
        const task = this.#task(job, FrameKind.Map, registered, index);
        this.#submitChunk(task, chunk, index);
        return task;
      },
      cancel: (tasks: readonly PoolTask[], reason: Error): void => dispatcher.cancel(tasks, reason),
      doneReading: this.#supervisor.beginInput((reason) => job.abort(reason)),
    };
    const job: ImapJob<unknown, R> = new ImapJob(port, new ChunkSource(items), limits);
    const { signal } = options;
    if (signal !== undefined) job.release = watchLimits({ signal }, () => job.abort(abortReason(signal)));
    job.feed();
    return job;
  }
}
