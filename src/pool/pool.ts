import { FrameKind } from "../channel/frames.ts";
import { UnsupportedError } from "../core/errors.ts";
import { inPlaceTaskOf } from "../core/task_reference.ts";
import type { TaskLike } from "../process/define_task.ts";
import { assertMayStart } from "../process/main_guard.ts";
import { runtime } from "../runtime/current.ts";
import type { SharedArray } from "../shared/shared_array.ts";
import type { AsyncResult } from "./async_result.ts";
import { inPlaceRanges } from "./in_place_ranges.ts";
import type { Items } from "./items.ts";
import {
  assertOptionsAlone,
  type AsyncJobOptions,
  atLeast,
  type ImapOptions,
  type JobOptions,
  type MapOptions,
  type PoolOptions,
  poolSettings,
} from "./pool_options.ts";
import { PoolJobs } from "./pool_jobs.ts";
import type { PoolStats } from "./pool_stats.ts";
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
  readonly #jobs: PoolJobs;

  /**
   * Starts the workers.
   *
   * @param options options, or just the number of workers; default: as many as the cores that this process may use
   * @throws {RangeError} where a number is out of its range, such as `new Pool(0)`
   * @throws {TypeError} where an option is of the wrong type or unknown, or there is a second argument
   * @throws {MainGuardError} while a worker loads a module: put it behind `if (isMainProcess)`
   * @throws {UnsupportedError} where an option needs what the context cannot do
   */
  constructor(options: PoolOptions | number = {}) {
    assertOptionsAlone(arguments.length);
    assertMayStart("a Pool");
    this.#supervisor = new Supervisor(poolSettings(options));
    this.#jobs = new PoolJobs(this.#supervisor);
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
      this.#jobs.call(fn as TaskLike, args ?? [], options, taken);
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
    return this.#jobs.callLater(fn as TaskLike, args ?? [], options);
  }

  /**
   * Calls `fn(item)` for each item and resolves with all values in the order of the items. Waits for all calls, then
   * rejects with the error of the first that threw. Python: `Pool.map`.
   *
   * @throws {RangeError} where `chunksize` is below 1; else as `apply`
   */
  map<T, R>(fn: TaskLike<[T], R>, items: Items<T>, options: MapOptions = {}): Promise<Awaited<R>[]> {
    return this.#jobs.map(fn as TaskLike, items, options, FrameKind.Map);
  }

  /** `map` that returns at once. Python: `Pool.map_async`. */
  mapAsync<T, R>(
    fn: TaskLike<[T], R>,
    items: Items<T>,
    options: MapOptions & AsyncJobOptions<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#jobs.mapLater(fn as TaskLike, items, options, FrameKind.Map);
  }

  /** `map` that calls `fn(...item)`. Python: `Pool.starmap`. */
  starmap<A extends unknown[], R>(
    fn: TaskLike<A, R>,
    items: Items<A>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#jobs.map(fn as TaskLike, items, options, FrameKind.StarMap);
  }

  /** `starmap` that returns at once. Python: `Pool.starmap_async`. */
  starmapAsync<A extends unknown[], R>(
    fn: TaskLike<A, R>,
    items: Items<A>,
    options: MapOptions & AsyncJobOptions<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#jobs.mapLater(fn as TaskLike, items, options, FrameKind.StarMap);
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
    return this.#jobs.iterate(fn as TaskLike, items, options, true);
  }

  /** `imap` that gives the values as they come. Python: `Pool.imap_unordered`. */
  imapUnordered<T, R>(
    fn: TaskLike<[T], R>,
    items: Items<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.#jobs.iterate(fn as TaskLike, items, options, false);
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
    await this.#jobs.map(inPlace as TaskLike, ranges, { ...options, chunksize: 1 }, FrameKind.StarMap);
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
   * Rejects what is pending with `PoolClosedError` and ends the workers, by force those that still run 200 ms, and 5 ms
   * for each worker, after the last of the others has ended, 5 s at most. Python: `Pool.terminate`.
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
}
