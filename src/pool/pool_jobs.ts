import { FrameKind } from "../channel/frames.ts";
import { TaskEncodingError } from "../core/errors.ts";
import type { TaskLike } from "../process/define_task.ts";
import { AsyncResult, type ResultSource } from "./async_result.ts";
import { callTask } from "./call_task.ts";
import { ChunkSource } from "./chunk_source.ts";
import { listChunkSize } from "./chunking.ts";
import { ImapJob } from "./imap_job.ts";
import { imapLimits } from "./imap_limits.ts";
import { assertIterable, collected, type Items } from "./items.ts";
import { abortReason, watchLimits } from "./job_limits.ts";
import { MapJob } from "./map_job.ts";
import type { AsyncJobOptions, ImapOptions, JobOptions, MapOptions } from "./pool_options.ts";
import { type Job, type PoolFunction, PoolTask } from "./pool_task.ts";
import type { Supervisor } from "./supervisor.ts";

/** What the calls of a pool become: jobs, and the tasks that these are made of. */
export class PoolJobs {
  readonly #supervisor: Supervisor;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  /** One call, a task; what it gives goes to `resolve`. Throws where it cannot be handed in. */
  call(
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

  /** As `call`; the result may cancel it. */
  callLater<R>(fn: TaskLike, args: unknown[], options: AsyncJobOptions<R>): AsyncResult<R> {
    const source = this.#asyncResult(options, (reason) => {
      task.release?.();
      this.#supervisor.dispatcher.cancel([task], reason);
    });
    const task = this.call(fn, args, options, source.resolve as (value: never) => void, source.reject);
    return source.result;
  }

  /** Calls for all items, in chunks. */
  map<R>(fn: TaskLike, items: Items<unknown>, options: MapOptions, kind: number): Promise<R[]> {
    return new Promise((resolve, reject) => {
      this.#startMap(fn, items, options, kind, new MapJob(resolve, reject));
    });
  }

  /** As `map`; the result may cancel it. */
  mapLater<R>(
    fn: TaskLike,
    items: Items<unknown>,
    options: MapOptions & AsyncJobOptions<R[]>,
    kind: number,
  ): AsyncResult<R[]> {
    const source = this.#asyncResult<R[]>(options, (reason) => end(reason));
    const end = this.#startMap(fn, items, options, kind, new MapJob(source.resolve, source.reject));
    return source.result;
  }

  /** The values of `fn(item)`, one by one; at once an error where `items` or `options` are none. */
  iterate<R>(fn: TaskLike, items: Items<unknown>, options: ImapOptions, isOrdered: boolean): AsyncIterableIterator<R> {
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

  #asyncResult<R>(options: AsyncJobOptions<R>, cancel: (reason: Error) => void): ResultSource<R> {
    const source = AsyncResult.create<R>(cancel);
    const { callback, errorCallback } = options;
    if (callback !== undefined || errorCallback !== undefined) {
      // An error that only `get` is to tell of is no unhandled rejection.
      void source.result.get().then(callback, errorCallback ?? (() => {}));
    }
    return source;
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
}
