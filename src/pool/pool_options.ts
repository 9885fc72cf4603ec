import { UnsupportedError } from "../core/errors.ts";
import type { TaskDeps, TaskLike } from "../process/define_task.ts";
import { ownCores } from "../process/process_identity.ts";
import { type StartMethod, startMethod } from "../process/start_method.ts";

/** Options of a `Pool`. */
export interface PoolOptions {
  /**
   * Number of workers. Default: the cores that this process may use; in a worker of another pool, its share of those.
   */
  processes?: number;
  /** Runs once in each worker before its first task. Where it throws, the pool fails at once with that cause. */
  initializer?: TaskLike;
  /** Arguments of `initializer`. */
  initargs?: unknown[];
  /** Tasks (calls, or chunks of them) after which a worker is replaced by a fresh one. Default: never. */
  maxTasksPerChild?: number;
  /**
   * Bytes of memory above which a worker is replaced once it has ended the task that it runs. Of a thread its own heap
   * counts, garbage included, on Node and Deno with its array buffers; of a process of the operating system all that the
   * system counts as resident. Not supported in the context `"inline"`. Default: no limit.
   */
  maxMemoryPerChild?: number;
  /**
   * Milliseconds after which a running task fails with `TimeoutError`. Its `currentProcess().signal` is aborted; where it
   * goes on for 100 ms nevertheless, its worker is replaced. Default: never.
   */
  taskTimeout?: number;
  /**
   * Milliseconds without anything to do after which a worker ends. The next tasks start workers again, up to
   * `processes`. Default: never.
   */
  idleTimeout?: number;
  /**
   * Workers that may be lost within a minute; with one more the pool fails, with code `ERR_RESTART_RATE` and what ended
   * that one as the cause. Default: no limit.
   */
  maxRestarts?: number;
  /** How often a task is repeated whose worker was lost. Default: 0. */
  retries?: number;
  /**
   * What the workers are: `"worker"`, threads; `"process"`, processes of the operating system, which share no memory;
   * `"inline"`, on the thread of the pool. Default: that of `getStartMethod`.
   */
  context?: StartMethod;
  /** Name of the pool, with which its workers' names begin. */
  name?: string;
}

/** Options of one job. */
export interface JobOptions {
  /** Milliseconds after which the job fails with `TimeoutError`; of `imap`: the longest wait for one result. */
  timeout?: number;
  /** Ends the job with the signal's reason: what waits is dropped, what runs loses its worker after a short grace. */
  signal?: AbortSignal;
  /** Values and functions that a function sent by its source text uses by name. */
  deps?: TaskDeps;
}

/** Options of a job that goes on while the caller does. */
export interface AsyncJobOptions<R> extends JobOptions {
  /** Called with the result. */
  callback?: (result: R) => void;
  /** Called with the error. */
  errorCallback?: (error: unknown) => void;
}

/** Options of a job over many items. */
export interface MapOptions extends JobOptions {
  /** Items that go to a worker at a time; `"auto"` is Python's, a quarter of each worker's share, but at most 16,000. */
  chunksize?: number | "auto";
}

/** Options of `imap` and `imapUnordered`. */
export interface ImapOptions extends JobOptions {
  /** Items that go to a worker at a time. Default: 1. `"auto"`: as many as keep a worker busy for a while. */
  chunksize?: number | "auto";
  /** Chunks, beside one for each worker, that are read ahead of the consumer. Default: three for each worker. */
  buffersize?: number;
  /** Encoded bytes of input and results above which no more input is read. Default: 64 MiB. */
  bufferBytes?: number;
}

/** Options with every default filled in. */
export interface PoolSettings {
  readonly method: StartMethod;
  readonly processes: number;
  readonly initializer: TaskLike | undefined;
  readonly initargs: unknown[];
  readonly maxTasksPerChild: number;
  readonly maxMemoryPerChild: number;
  readonly idleTimeout: number;
  readonly maxRestarts: number;
  readonly taskTimeout: number;
  readonly retries: number;
  readonly name: string;
}

const NAMES: ReadonlySet<string> = new Set<keyof PoolOptions>([
  "processes",
  "initializer",
  "initargs",
  "maxTasksPerChild",
  "maxMemoryPerChild",
  "taskTimeout",
  "idleTimeout",
  "maxRestarts",
  "retries",
  "context",
  "name",
]);

let pools = 0;

/**
 * Refuses the arguments of a Pool where there are more than its options: Python's are taken by position.
 *
 * @throws {TypeError} where `count` is above 1
 */
export function assertOptionsAlone(count: number): void {
  if (count <= 1) return;
  throw new TypeError(
    `Expected the options of a Pool as one object, such as { processes: 3, taskTimeout: 1000 }, found ${count} arguments`,
  );
}

/**
 * Checks a pool's options.
 *
 * @throws {RangeError} where a number is out of its range
 * @throws {TypeError} where an option is of the wrong type, or there is none of that name
 * @throws {UnsupportedError} where an option needs what the context cannot do
 */
export function poolSettings(options: PoolOptions | number): PoolSettings {
  const given = typeof options === "number" ? { processes: options } : options;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`Expected the options of a Pool or a number of processes, found ${typeof given}`);
  }
  const unknown = Object.keys(given).find((name) => !NAMES.has(name));
  if (unknown !== undefined) {
    throw new TypeError(`A Pool has no option ${JSON.stringify(unknown)}: expected ${[...NAMES].join(", ")}`);
  }
  const method = startMethod(given.context);
  if (given.maxMemoryPerChild !== undefined && method === "inline") {
    throw new UnsupportedError("Pool maxMemoryPerChild: inline workers have no memory of their own");
  }
  if (given.initializer !== undefined && typeof given.initializer !== "function" && !given.initializer.module) {
    throw new TypeError(`Pool initializer: expected a function, found ${typeof given.initializer}`);
  }
  return {
    method,
    processes: atLeast(1, "processes", given.processes ?? ownCores()),
    initializer: given.initializer,
    initargs: given.initargs ?? [],
    maxTasksPerChild: atLeast(1, "maxTasksPerChild", given.maxTasksPerChild ?? Infinity),
    maxMemoryPerChild: atLeast(1, "maxMemoryPerChild", given.maxMemoryPerChild ?? Infinity),
    idleTimeout: positive("idleTimeout", given.idleTimeout ?? Infinity),
    maxRestarts: atLeast(0, "maxRestarts", given.maxRestarts ?? Infinity),
    taskTimeout: positive("taskTimeout", given.taskTimeout ?? Infinity),
    retries: atLeast(0, "retries", given.retries ?? 0),
    name: given.name ?? `Pool-${++pools}`,
  };
}

/** An integer of at least `least`, or `Infinity`. */
export function atLeast(least: number, name: string, value: number): number {
  if ((Number.isInteger(value) || value === Infinity) && value >= least) return value;
  throw new RangeError(`${name}: expected an integer of at least ${least}, found ${shown(value)}`);
}

/** Milliseconds, more than none. */
export function positive(name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(`${name}: expected milliseconds above 0, found ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
