import { detach, type Payload } from "../channel/frame_sender.ts";
import { ManyhandsError, PoolClosedError, TimeoutError } from "../core/errors.ts";
import { Grace } from "../core/grace.ts";
import { emit } from "../process/reporting.ts";
import type { WorkerEnd } from "../process/worker_handle.ts";
import { encodingBy } from "../process/start_method.ts";
import { runtime } from "../runtime/current.ts";
import { callTask } from "./call_task.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FunctionRegistry } from "./function_registry.ts";
import { CLOSE_GRACE_MS, EACH_GRACE_MS, TERMINATE_GRACE_MS } from "./grace_times.ts";
import type { PoolSettings } from "./pool_options.ts";
import { PoolWorker } from "./pool_worker.ts";
import { RESTART_WINDOW_MS, RestartGuard } from "./restart_guard.ts";
import { unref } from "./unref.ts";
import { howItEnded, lossOf } from "./worker_loss.ts";

/** `open` takes work; `closing` finishes what it has; `closed` has none and takes none. */
export type PoolState = "open" | "closing" | "closed";

/** Milliseconds until the next try where the system had no room for a worker. */
const SHORTAGE_DELAY_MS = 1000;
/**
 * Workers that come up at a time. Each takes the host's own thread for a while, which on Deno waits for the new one, and
 * the processor from those that could answer already.
 */
const MOST_STARTING = 16;
/** Milliseconds until a pool that has still more to start looks whether some have come up. */
const NEXT_START_MS = 4;
/** Milliseconds of starts in a row after which answers, timers and messages of the program get a turn. */
const START_TURN_MS = 8;
/** Milliseconds after which one that has not come up is ended: a process without threads may wait for ever. */
const STUCK_MS = 30_000;
/** Workers that may end before they came up, one after another, until the pool gives up. */
const START_ATTEMPTS = 3;
/** The same where something from outside killed them, which says little of the next one. */
const KILLED_START_ATTEMPTS = 10;

/** Keeps a pool's workers: starts them, replaces those that end, stops them all. */
export class Supervisor {
  readonly settings: PoolSettings;
  readonly functions: FunctionRegistry;
  readonly dispatcher: Dispatcher;
  state: PoolState = "open";
  /** Workers that were lost and replaced. */
  lost = 0;
  /** Workers that could not be ended, and were given up. */
  abandoned = 0;
  /** Workers that there are to be, or may be. */
  wanted: number;
  readonly #workers = new Set<PoolWorker>();
  /** Those that are given no task before they are up, since others are. */
  readonly #late = new Set<PoolWorker>();
  readonly #endings = new Set<Promise<void>>();
  readonly #lifeline = runtime.lifeline();
  /** What ends the jobs that still read their input. */
  readonly #readers = new Set<(reason: Error) => void>();
  readonly #initargs: Payload;
  readonly #guard: RestartGuard;
  /** Workers of the wanted ones that are left out until there is work for them. */
  #parked = 0;
  #started = 0;
  /** Whether none is up, so that the first calls may as well wait for one of these. */
  #isNew = true;
  #failedStarts = 0;
  /** Processes that start side by side take from each other what there is too little of: they come up one after another. */
  #isScarce = false;
  #lastStart = 0;
  /** Until when no more are started, since there was no room for one. */
  #shortUntil = 0;
  #failure: Error | undefined;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: PoolSettings) {
    this.settings = settings;
    this.dispatcher = new Dispatcher({
      onSpent: (worker) => this.#retire(worker),
      onCondemned: (worker) => this.#end(worker, TERMINATE_GRACE_MS),
      onHeavy: (worker) => this.#replace(worker),
      onWanted: () => this.#unpark(),
      onIdle: () => this.#finishClosing(),
    }, { isOutside: settings.method === "process", heaviest: settings.maxMemoryPerChild });
    this.wanted = settings.processes;
    this.#guard = new RestartGuard(settings.maxRestarts);
    // Both may throw; until a worker is started, that leaves nothing behind.
    this.functions = new FunctionRegistry(settings.method);
    const encode = (): Payload => detach(settings.initargs, "initargs");
    this.#initargs = encodingBy(settings.method, "child", encode);
    if (settings.initializer !== undefined) this.functions.register(settings.initializer, undefined);
    this.#fill();
    this.#isNew = false;
    const { taskTimeout, idleTimeout } = settings;
    if (taskTimeout !== Infinity) this.#every(taskTimeout, () => this.#expire(taskTimeout));
    if (idleTimeout !== Infinity) this.#every(idleTimeout, () => this.#parkIdle(idleTimeout));
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

  /** Looks again and again, so that what takes `limit` milliseconds is seen a little later. */
  #every(limit: number, look: () => void): void {
    const timer = setInterval(look, Math.max(1, Math.min(limit / 4, 1000)));
    unref(timer);
    this.#timers.push(timer);
  }

  #expire(limit: number): void {
    this.dispatcher.expire(limit, (task) => new TimeoutError(`Task ${task.index} ran longer than ${limit} ms`));
  }

  #parkIdle(limit: number): void {
    const now = performance.now();
    if (this.state !== "open") return;
    for (const worker of this.#workers) {
      if (worker.isLeaving || !worker.isInitialized || worker.idleFor(now) < limit) continue;
      this.#parked++;
      this.#dismiss(worker);
    }
    this.dispatcher.isShort = this.#parked > 0;
  }

  /** A task came while workers are left out: where each of the others has one already, another is started. */
  #unpark(): void {
    if (this.dispatcher.owed <= this.#staying()) return;
    this.#parked--;
    this.dispatcher.isShort = this.#parked > 0;
    this.#fill();
  }

  /**
   * Has `count` workers from now on. Those too many end when they have ended the tasks that they run; what they have not
   * begun goes to the others.
   */
  resize(count: number): void {
    const refusal = this.refusal();
    if (refusal !== undefined) throw refusal;
    this.wanted = count;
    this.#parked = 0;
    this.dispatcher.isShort = false;
    const staying = [...this.#workers].filter((worker) => !worker.isLeaving);
    // Those that have nothing to do go first, and of these the ones that have not come up.
    const rank = (worker: PoolWorker): number => worker.front() !== undefined ? 2 : worker.handle.isReady ? 1 : 0;
    staying.sort((a, b) => rank(a) - rank(b));
    for (const worker of staying.slice(0, Math.max(0, staying.length - count))) this.#dismiss(worker);
    this.#fill();
  }

  #dismiss(worker: PoolWorker): void {
    worker.isLeaving = true;
    // Before that it is not known to the dispatcher, and ends when it is.
    if (worker.isInitialized) this.dispatcher.exhaust(worker);
  }

  #replace(worker: PoolWorker): void {
    if (worker.isExhausted) return;
    worker.isExhausted = true;
    this.dispatcher.exhaust(worker);
  }

  /** Workers that there are, without those that are about to leave. */
  #staying(): number {
    let staying = 0;
    for (const worker of this.#workers) if (!worker.isLeaving) staying++;
    return staying;
  }

  /** Starts the workers that are missing. */
  #fill(): void {
    if (this.#failure !== undefined || this.state === "closed") return;
    if (this.state === "closing" && !this.#hasWork()) return;
    for (const worker of this.#late) if (worker.handle.isReady) this.#enlist(worker);
    const missing = this.wanted - this.#parked - this.#staying();
    this.#isScarce &&= missing > 0;
    if (this.#isScarce) {
      const starting = this.#starting();
      if (starting.length === 0) this.#start();
      else if (performance.now() - this.#lastStart > STUCK_MS) { for (const worker of starting) this.#end(worker, 0); }
      return this.#fillLater(SHORTAGE_DELAY_MS);
    }
    const shortFor = this.#shortUntil - performance.now();
    if (shortFor <= 0) this.#startSome(missing);
    const isToGoOn = this.#late.size > 0 || this.#staying() < this.wanted - this.#parked;
    if (isToGoOn) this.#fillLater(this.#late.size > 0 ? NEXT_START_MS : Math.max(NEXT_START_MS, shortFor));
  }

  /** Workers that have not come up yet. */
  #starting(): PoolWorker[] {
    return [...this.#workers].filter((worker) => !worker.handle.isReady);
  }

  /** Whether there are to be more than come up at a time. Those on this thread come up all at once. */
  get #isLarge(): boolean {
    return this.wanted > MOST_STARTING && this.settings.method !== "inline";
  }

  #startSome(missing: number): void {
    const most = this.#isLarge ? MOST_STARTING - this.#starting().length : missing;
    const since = performance.now();
    for (let started = 0; started < Math.min(missing, most); started++) {
      if (this.#isLarge && started > 0 && performance.now() - since > START_TURN_MS) return;
      this.#start();
    }
  }

  #fillLater(delay: number): void {
    this.#restart ??= setTimeout(() => {
      this.#restart = undefined;
      this.#fill();
    }, delay);
    unref(this.#restart);
  }

  #start(): void {
    const { name, method, maxMemoryPerChild } = this.settings;
    const number = ++this.#started;
    this.#lastStart = performance.now();
    const options = { beside: this.wanted, tellsMemory: maxMemoryPerChild !== Infinity };
    const worker = new PoolWorker(number, `${name}-worker-${number}`, method, this.dispatcher.bell, options);
    if (this.#isLarge && !this.#isNew) this.#late.add(worker);
    this.#workers.add(worker);
    emit("manyhands:worker:start", () => ({ pool: this.settings.name, worker: worker.handle.name }));
    this.dispatcher.attach(worker);
    const ending = worker.handle.ended.then((end) => this.#onEnd(worker, end));
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
    this.#initialize(worker);
  }

  #initialize(worker: PoolWorker): void {
    const { initializer } = this.settings;
    if (initializer === undefined) return this.#late.has(worker) ? undefined : this.#enlist(worker);
    this.#late.delete(worker);
    const fn = this.functions.register(initializer, undefined);
    const task = callTask(fn, 0, () => this.#enlist(worker), (error) => {
      if (this.state === "closed" || worker.isLeaving) return;
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

  /** The worker is ready for tasks. */
  #enlist(worker: PoolWorker): void {
    this.#late.delete(worker);
    worker.isInitialized = true;
    if (worker.isLeaving) this.#end(worker, CLOSE_GRACE_MS);
    else this.dispatcher.enlist(worker, this.settings.maxTasksPerChild);
  }

  #onEnd(worker: PoolWorker, end: WorkerEnd): void {
    this.#workers.delete(worker);
    this.#late.delete(worker);
    if (worker.handle.isReady || this.state === "closed") this.#failedStarts = 0;
    // One that there are too many of may be ended before it has come up.
    else if (!worker.isExhausted) this.#countFailedStart(worker, end);
    const isLost = !end.stopped && worker.condemned === undefined && !worker.isExhausted && this.state !== "closed";
    if (isLost && end.isUnstarted !== true) this.lost++;
    if (end.abandoned) this.abandoned++;
    emit(isLost ? "manyhands:worker:lost" : "manyhands:worker:end", () => ({
      pool: this.settings.name,
      worker: worker.handle.name,
      exitCode: end.code,
      error: end.error,
    }));
    const answers = this.dispatcher.completed;
    const ran = this.dispatcher.detachLost(worker, (task) => lossOf(task, worker, end));
    const isShort = end.isUnstarted === true || this.#isScarce;
    if (isShort) this.#shortUntil = performance.now() + SHORTAGE_DELAY_MS;
    const delay = isShort ? SHORTAGE_DELAY_MS : isLost ? this.#guard.delayAfter(ran, answers, performance.now()) : 0;
    if (isLost && this.#guard.isExceeded(performance.now())) return this.#failRestarts(worker, end);
    if (delay === 0) this.#fill();
    else this.#fillLater(delay);
  }

  #failRestarts(worker: PoolWorker, end: WorkerEnd): void {
    const { name, maxRestarts } = this.settings;
    this.#fail(
      new ManyhandsError(
        "ERR_RESTART_RATE",
        `More than ${maxRestarts} workers of ${name} were lost within ${RESTART_WINDOW_MS / 1000} s: ` +
          `${worker.handle.name} ended with ${howItEnded(end)}`,
        { cause: end.error },
      ),
    );
  }

  #countFailedStart(worker: PoolWorker, end: WorkerEnd): void {
    const isShort = end.isUnstarted === true || end.code < 0;
    this.#isScarce ||= isShort && this.settings.method === "process";
    // The others have the room that there is, and do the work.
    if (isShort && this.#workers.size > 0) return;
    // Where another one came up, they can.
    for (const other of this.#workers) if (other.handle.isReady) this.#failedStarts = 0;
    if (++this.#failedStarts < (end.code < 0 ? KILLED_START_ATTEMPTS : START_ATTEMPTS)) return;
    this.#fail(
      new ManyhandsError(
        "ERR_WORKER_START",
        `Workers of ${this.settings.name} do not start: ${worker.handle.name} ended with ${howItEnded(end)}`,
        { cause: end.error },
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
    worker.isExhausted = true;
    this.dispatcher.retire(worker);
    this.#end(worker, CLOSE_GRACE_MS);
  }

  #end(worker: PoolWorker, grace: number): void {
    void worker.handle.stop(new Grace(grace));
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
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#restart);
    this.#lifeline.hold();
    const shared = new Grace(grace + this.#workers.size * EACH_GRACE_MS, CLOSE_GRACE_MS);
    await Promise.all([...this.#workers].map((worker) => worker.handle.stop(shared)));
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
