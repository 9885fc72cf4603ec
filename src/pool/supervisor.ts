import { detach, type Payload } from "../channel/frame_sender.ts";
import { type ExitReason, ManyhandsError, PoolClosedError, TimeoutError, WorkerLostError } from "../core/errors.ts";
import { emit } from "../process/reporting.ts";
import { encodingForOutside } from "../core/wire.ts";
import type { WorkerEnd } from "../process/worker_handle.ts";
import { runtime } from "../runtime/current.ts";
import { CallTask } from "./call_task.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FunctionRegistry } from "./function_registry.ts";
import type { PoolSettings } from "./pool_options.ts";
import type { PoolTask } from "./pool_task.ts";
import { PoolWorker } from "./pool_worker.ts";

/** `open` takes work; `closing` finishes what it has; `closed` has none and takes none. */
export type PoolState = "open" | "closing" | "closed";

/** Milliseconds that workers get to end by themselves when a pool is terminated. */
const TERMINATE_GRACE_MS = 200;
/** The same when it is closed and they have nothing to do. */
const CLOSE_GRACE_MS = 5000;
/** Workers that may end before they came up, one after another, until the pool gives up. */
const START_ATTEMPTS = 3;

/** Keeps a pool's workers: starts them, replaces those that end, stops them all. */
export class Supervisor {
  readonly settings: PoolSettings;
  readonly functions: FunctionRegistry;
  readonly dispatcher: Dispatcher;
  state: PoolState = "open";
  /** Workers that were lost and replaced. */
  lost = 0;
  readonly #workers = new Set<PoolWorker>();
  readonly #endings = new Set<Promise<void>>();
  readonly #lifeline = runtime.lifeline();
  /** What ends the jobs that still read their input. */
  readonly #readers = new Set<(reason: Error) => void>();
  readonly #initargs: Payload;
  #started = 0;
  #failedStarts = 0;
  #failure: Error | undefined;
  #expiry: ReturnType<typeof setInterval> | undefined;

  constructor(settings: PoolSettings) {
    this.settings = settings;
    this.dispatcher = new Dispatcher({
      onSpent: (worker) => this.#retire(worker),
      onCondemned: (worker) => this.#end(worker, TERMINATE_GRACE_MS),
      onIdle: () => this.#finishClosing(),
    }, settings.method === "process");
    // Both may throw; until a worker is started, that leaves nothing behind.
    this.functions = new FunctionRegistry(settings.method === "process");
    const encode = (): Payload => detach(settings.initargs, "initargs");
    this.#initargs = settings.method === "process" ? encodingForOutside(encode, "child") : encode();
    if (settings.initializer !== undefined) this.functions.register(settings.initializer, undefined);
    for (let i = 0; i < settings.processes; i++) this.#start();
    if (settings.taskTimeout !== Infinity) this.#watchTaskTimeout(settings.taskTimeout);
  }

  /** Workers that run now. */
  get alive(): number {
    return this.#workers.size;
  }

  /** Why no work is taken, as an error; `undefined` while it is. */
  refusal(): Error | undefined {
    if (this.#failure !== undefined) return this.#failure;
    if (this.state === "open") return undefined;
    return new PoolClosedError(`Cannot hand work to ${this.settings.name}: it is ${this.state}`);
  }

  #watchTaskTimeout(limit: number): void {
    const lateBy = Math.max(1, Math.min(limit / 4, 1000));
    this.#expiry = setInterval(
      () => this.dispatcher.expire(limit, (task) => new TimeoutError(`Task ${task.index} ran longer than ${limit} ms`)),
      lateBy,
    );
    (this.#expiry as { unref?: () => void }).unref?.();
  }

  #start(): void {
    const { name, method, processes } = this.settings;
    const number = ++this.#started;
    const worker = new PoolWorker(number, `${name}-worker-${number}`, method, this.dispatcher.bell, processes);
    this.#workers.add(worker);
    emit("manyhands:worker:start", () => ({ pool: this.settings.name, worker: worker.handle.name }));
    this.dispatcher.attach(worker);
    const ending = worker.handle.ended.then((end) => this.#onEnd(worker, end));
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
    this.#initialize(worker);
  }

  #initialize(worker: PoolWorker): void {
    const { initializer, maxTasksPerChild } = this.settings;
    const enlist = (): void => {
      worker.isInitialized = true;
      this.dispatcher.enlist(worker, maxTasksPerChild);
    };
    if (initializer === undefined) return enlist();
    const fn = this.functions.register(initializer, undefined);
    const task = new CallTask(fn, 0, enlist, (error) => {
      if (this.state === "closed") return;
      const cause = error instanceof Error ? error.message : String(error);
      this.#fail(
        new ManyhandsError("ERR_INITIALIZER", `The initializer of ${worker.handle.name} failed: ${cause}`, {
          cause: error,
        }),
      );
    });
    task.payload = this.#initargs;
    this.dispatcher.submitTo(worker, task);
  }

  #onEnd(worker: PoolWorker, end: WorkerEnd): void {
    this.#workers.delete(worker);
    if (!worker.handle.isReady && this.state !== "closed") this.#countFailedStart(worker, end);
    else this.#failedStarts = 0;
    const isLost = !end.stopped && worker.condemned === undefined && this.state !== "closed";
    if (isLost) this.lost++;
    emit(isLost ? "manyhands:worker:lost" : "manyhands:worker:end", () => ({
      pool: this.settings.name,
      worker: worker.handle.name,
      exitCode: end.code,
      error: end.error,
    }));
    this.dispatcher.detachLost(worker, (task) => lossOf(task, worker, end));
    if (this.state === "open" || (this.state === "closing" && this.#hasWork())) {
      if (this.#failure === undefined && this.#workers.size < this.settings.processes) this.#start();
    }
  }

  #countFailedStart(worker: PoolWorker, end: WorkerEnd): void {
    if (++this.#failedStarts < START_ATTEMPTS) return;
    const why = end.error instanceof Error ? end.error.message : `exit code ${end.code}`;
    this.#fail(
      new ManyhandsError(
        "ERR_WORKER_START",
        `Workers of ${this.settings.name} do not start: ${worker.handle.name} ended with ${why}`,
        {
          cause: end.error,
        },
      ),
    );
  }

  /** The pool cannot go on: everything that is owed fails with the cause, and so does what is handed in from now on. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#abandon(this.#failure);
    void this.#stopAll(TERMINATE_GRACE_MS);
  }

  #retire(worker: PoolWorker): void {
    this.dispatcher.retire(worker);
    this.#end(worker, CLOSE_GRACE_MS);
  }

  #end(worker: PoolWorker, grace: number): void {
    void worker.handle.stop(grace);
  }

  close(): void {
    if (this.state === "open") this.state = "closing";
    this.#finishClosing();
  }

  /**
   * A job begins to read its input, which it may send from even after `close`. `end` is called where the pool ends
   * before the job has read all. Returns what the job calls then.
   */
  beginInput(end: (reason: Error) => void): () => void {
    this.#readers.add(end);
    return () => {
      if (this.#readers.delete(end)) this.#finishClosing();
    };
  }

  #abandon(reason: Error): void {
    for (const end of [...this.#readers]) end(reason);
    this.#readers.clear();
    this.dispatcher.abandon(reason);
  }

  #hasWork(): boolean {
    return this.dispatcher.owed > 0 || this.#readers.size > 0;
  }

  #finishClosing(): void {
    if (this.state !== "closing" || this.#hasWork()) return;
    this.state = "closed";
    void this.#stopAll(CLOSE_GRACE_MS);
  }

  async terminate(): Promise<void> {
    this.state = "closed";
    this.#abandon(new PoolClosedError(`${this.settings.name} was terminated`));
    await this.#stopAll(TERMINATE_GRACE_MS);
  }

  async #stopAll(grace: number): Promise<void> {
    clearInterval(this.#expiry);
    this.#lifeline.hold();
    await Promise.all([...this.#workers].map((worker) => worker.handle.stop(grace)));
    await this.#ended();
    this.#lifeline.release();
  }

  async #ended(): Promise<void> {
    while (this.#endings.size > 0) await Promise.all(this.#endings);
  }

  /** Resolves when the last worker is gone. */
  async join(): Promise<void> {
    if (this.state === "open" && this.#failure === undefined) {
      throw new ManyhandsError(
        "ERR_POOL_OPEN",
        `Cannot join ${this.settings.name}: it is open; close or terminate it first`,
      );
    }
    // What is owed and what is being stopped keep the program alive; an iteration that nobody goes on with does not.
    await this.#ended();
  }
}

function reasonOf(code: number, error: unknown): ExitReason {
  if (error !== undefined) return "error";
  return code < 0 ? "killed" : "exit";
}

function lossOf(task: PoolTask, worker: PoolWorker, { code, error }: WorkerEnd): WorkerLostError {
  const how = error instanceof Error
    ? `an uncaught error ended it: ${error.message}`
    : `it ended with exit code ${code}`;
  return new WorkerLostError(
    `${worker.handle.name} was lost while it ran task ${task.index}: ${how}`,
    { exitReason: reasonOf(code, error), exitCode: code, taskIndex: task.index },
    error === undefined ? undefined : { cause: error },
  );
}
