import { HOST_BYTES, HostWord } from "../channel/link_layout.ts";
import { FrameKind } from "../channel/frames.ts";
import { TimeoutError, type WorkerLostError } from "../core/errors.ts";
import { beginJourney, endJourney } from "../core/journey.ts";
import { encodingForOutside } from "../core/wire.ts";
import { runtime } from "../runtime/current.ts";
import { AwakeCount } from "../sync/awake_count.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { Spinner } from "../sync/spinner.ts";
import { Answers } from "./answers.ts";
import { BalanceWatch } from "./balance_watch.ts";
import { EngagedWorkers } from "./engaged_workers.ts";
import type { PoolTask } from "./pool_task.ts";
import type { PoolWorker } from "./pool_worker.ts";
import { Scheduler } from "./scheduler.ts";
import { TaskLedger } from "./task_ledger.ts";
import { unref } from "./unref.ts";
import { WakeList } from "./wake_list.ts";

/** Tasks that a worker may hold: as many small ones as its ring has room for, so that few wait outside of it. */
const WINDOW = 8192;
/** Milliseconds that a task gets to end by itself, once its signal is aborted, before its worker is ended. */
const CANCEL_GRACE_MS = 100;
/** Milliseconds beyond the limit of a task after which a worker that does not begin its next one is replaced. */
const STALL_GRACE_MS = 2000;
/** Milliseconds of answers in a row after which timers and messages of the program get a turn. */
const TURN_MS = 8;
/** Turns of microtasks after the last answer in which who has waited for it may hand in more, before the thread sleeps. */
const LAST_TURNS = 16;

/** What the dispatcher tells the supervisor of its pool. */
export interface DispatchEvents {
  /** A worker has had all tasks of its life. */
  onSpent(worker: PoolWorker): void;
  /** A task that its worker began must end with it. */
  onCondemned(worker: PoolWorker): void;
  /** A worker has more memory than it may. */
  onHeavy(worker: PoolWorker): void;
  /** A task was taken on while `isShort`. */
  onWanted(): void;
  /** Nothing is owed any more. */
  onIdle(): void;
}

/** What kind of workers there are. */
export interface DispatchSettings {
  /** Whether they are other processes of the operating system. */
  readonly isOutside: boolean;
  /** Bytes of memory above which one of them is too heavy. */
  readonly heaviest: number;
}

/** Moves tasks to workers and answers back: rings, doorbells and the numbers of tasks. The scheduler decides. */
export class Dispatcher {
  /** The shared words of `HostWord`, among them the doorbell that all workers of the pool ring. */
  readonly bell: SharedArrayBuffer = new SharedArrayBuffer(HOST_BYTES);
  /** Whether there are fewer workers than there may be. */
  isShort = false;
  readonly #doorbell = new Doorbell(new Int32Array(this.bell), HostWord.Asleep);
  readonly #awake = new AwakeCount(new Int32Array(this.bell), HostWord.AwakeWorkers);
  readonly #spinner = new Spinner();
  readonly #scheduler = new Scheduler<PoolTask, PoolWorker>(WINDOW, () => runtime.cores());
  readonly #workers = new Map<number, PoolWorker>();
  readonly #engaged = new EngagedWorkers();
  readonly #events: DispatchEvents;
  readonly #ledger = new TaskLedger();
  readonly #wakeList = new WakeList(() => this.#balance.look());
  readonly #answers: Answers;
  readonly #isOutside: boolean;
  readonly #balance = new BalanceWatch(() => this.#beginBalance(), () => this.#rebalance());
  #isListening = false;

  constructor(events: DispatchEvents, { isOutside, heaviest }: DispatchSettings) {
    this.#events = events;
    this.#isOutside = isOutside;
    this.#answers = new Answers(this.#scheduler, this.#ledger, {
      onSpent: (worker) => events.onSpent(worker),
      onHeavy: (worker) => events.onHeavy(worker),
      onCorrupt: (worker, error) => this.#condemn(worker, error),
      onLate: () => this.#settleIdle(),
    }, heaviest);
  }

  /** Tasks answered so far. */
  get completed(): number {
    return this.#answers.taken;
  }

  /** Tasks without an answer. */
  get owed(): number {
    return this.#ledger.owed;
  }

  /** Tasks that no worker holds yet. */
  get backlog(): number {
    return this.#scheduler.backlog;
  }

  /** From now on the worker is watched for answers. */
  attach(worker: PoolWorker): void {
    this.#workers.set(worker.id, worker);
    if (!this.#isListening) void this.#listen();
  }

  /** From now on the worker is given tasks, at most `quota`. */
  enlist(worker: PoolWorker, quota: number): void {
    this.#scheduler.addWorker(worker, quota);
    this.#assign();
    this.#balance.look();
  }

  /** No more tasks for the worker, which is spent when it has answered what it has begun; the others go elsewhere. */
  exhaust(worker: PoolWorker): void {
    this.#answers.drain(worker);
    this.#scheduler.exhaust(worker);
    this.#takeBack(worker, Infinity, 0);
    if (this.#scheduler.isSpent(worker)) this.#events.onSpent(worker);
    this.#assign();
  }

  /** No more tasks for the worker; those that it has not begun go elsewhere. */
  retire(worker: PoolWorker): void {
    this.#scheduler.removeWorker(worker);
  }

  /**
   * Takes a task on. Its input is encoded before this returns, so a later change of it changes nothing.
   *
   * @throws {TaskEncodingError} where `input` cannot travel; `root` names it
   */
  submit(task: PoolTask, input: unknown[], root: string): void {
    this.#ledger.take(task);
    const worker = this.#scheduler.backlog === 0 ? this.#scheduler.assign(packed(task)) : undefined;
    const isNumber = worker !== undefined && input.length === 1 && typeof input[0] === "number";
    if (isNumber && worker.giveNumber(task, input[0] as number)) this.#tell(worker, task.bytes);
    else this.#submitTo(worker, task, input, root);
    if (this.isShort) this.#events.onWanted();
  }

  /** Gives the worker the task that was assigned to it; where that cannot be now, the task waits. */
  #submitTo(worker: PoolWorker | undefined, task: PoolTask, input: unknown[], root: string): void {
    let isGiven = false;
    beginJourney();
    try {
      isGiven = worker !== undefined && worker.giveInput(task, input, root);
      if (!isGiven && this.#isOutside) encodingForOutside(() => task.keep(input, root, false), "child");
      else if (!isGiven) task.keep(input, root, true);
    } catch (error) {
      if (worker !== undefined) this.#scheduler.revoked(worker);
      this.#ledger.accompany(task, endJourney());
      this.#ledger.settle(task);
      this.#ledger.release(task);
      this.#ledger.rest();
      throw error;
    }
    this.#ledger.accompany(task, endJourney());
    if (worker !== undefined && isGiven) return this.#tell(worker, task.bytes);
    if (worker !== undefined) this.#scheduler.revoked(worker);
    this.#scheduler.enqueue(task);
    this.#assign();
  }

  /** Gives a worker a task past the scheduler: its initializer. The task keeps its input already. */
  submitTo(worker: PoolWorker, task: PoolTask): void {
    this.#ledger.take(task);
    worker.give(task);
    this.#tell(worker, task.bytes);
  }

  /** Lets the worker know of what was put into its ring: so many bytes of a task. */
  #tell(worker: PoolWorker, bytes: number): void {
    if (!worker.isEngaged) this.#engaged.add(worker);
    this.#wakeList.add(worker, bytes);
  }

  /** The job of these tasks has ended without them: they are not run, or, where they run already, get a short grace. */
  cancel(tasks: readonly PoolTask[], reason: Error): void {
    this.#drainAll();
    for (const task of tasks) if (!task.isSettled) this.#cancelOne(task, reason);
    this.#balance.look();
    this.#settleIdle();
  }

  #cancelOne(task: PoolTask, reason: Error): void {
    this.#ledger.settle(task);
    const worker = this.#workers.get(task.holder);
    if (worker === undefined) return;
    if (worker.takeBackOne(task)) {
      this.#scheduler.revoked(worker);
      return this.#ledger.release(task);
    }
    this.#askToEnd(worker, task, reason);
  }

  /** Aborts the signal of a task that its job wants no more; where it goes on after the grace, its worker is ended. */
  #askToEnd(worker: PoolWorker, task: PoolTask, reason: Error): void {
    if (worker.front() === task) worker.handle.abortTask(task.id);
    const timer = setTimeout(() => {
      if (!this.#workers.has(worker.id) || worker.condemned !== undefined) return;
      this.#drainAll();
      if (worker.front() === task) this.#condemn(worker, reason);
    }, CANCEL_GRACE_MS);
    unref(timer);
  }

  /**
   * Fails the task that runs longer than `limit` milliseconds, and asks it to end. A worker that does not even begin what
   * it has, since something that was left behind keeps its thread, is replaced, and what it has goes elsewhere.
   */
  expire(limit: number, reason: (task: PoolTask) => Error): void {
    this.#drainAll();
    for (const worker of this.#workers.values()) {
      if (!worker.isInitialized || worker.condemned !== undefined) continue;
      const task = worker.runningTask();
      if (task === undefined && worker.stalledFor() >= limit + STALL_GRACE_MS) {
        this.#condemn(worker, new TimeoutError(`${worker.handle.name} began no task for ${limit + STALL_GRACE_MS} ms`));
      }
      if (task === undefined || task.isSettled || worker.runningFor() < limit) continue;
      const error = reason(task);
      this.#ledger.settle(task);
      task.fail(error);
      this.#askToEnd(worker, task, error);
    }
    this.#settleIdle();
  }

  #condemn(worker: PoolWorker, reason: Error): void {
    worker.condemned = reason;
    this.#scheduler.removeWorker(worker);
    this.#events.onCondemned(worker);
  }

  /** The worker is gone: settles what it ran, hands the rest to others. Whether it ran a task. */
  detachLost(worker: PoolWorker, lost: (task: PoolTask) => WorkerLostError): boolean {
    this.#answers.drain(worker);
    if (worker.handle.isAwake) this.#awake.leave();
    this.#workers.delete(worker.id);
    // Or a wait that nothing ends would keep all that this refers to.
    if (this.#workers.size === 0) this.#doorbell.ring();
    this.#engaged.remove(worker);
    this.#scheduler.removeWorker(worker);
    const { begun, waiting } = worker.surrender();
    // Before that, a worker holds its initializer and nothing else, and the next worker has one of its own.
    if (!worker.isInitialized) { for (const task of waiting) if (!task.isSettled) this.#ledger.settle(task); }
    for (const task of waiting) if (task.isSettled) this.#ledger.release(task);
    this.#scheduler.requeue(waiting.filter((task) => !task.isSettled));
    if (begun !== undefined) this.#loseBegun(begun, worker, lost);
    this.#assign();
    this.#settleIdle();
    return begun !== undefined;
  }

  #loseBegun(task: PoolTask, worker: PoolWorker, lost: (task: PoolTask) => WorkerLostError): void {
    if (task.isSettled) return this.#ledger.release(task);
    if (worker.condemned === undefined && task.retries > 0) {
      task.retries--;
      return this.#scheduler.requeue([task]);
    }
    const error = worker.condemned ?? lost(task);
    this.#ledger.settle(task);
    this.#ledger.release(task);
    task.fail(error);
  }

  /** Fails everything that is owed. */
  abandon(reason: Error): void {
    for (const task of this.#ledger.unsettled()) {
      this.#ledger.settle(task);
      task.fail(reason);
    }
    this.#settleIdle();
  }

  #settleIdle(): void {
    if (this.#ledger.rest()) this.#events.onIdle();
  }

  /** Gives out what waits, as far as workers have room; `wasStuck`: it was taken back from behind slow tasks. */
  #assign(wasStuck: boolean = false): void {
    for (let task = this.#scheduler.next(); task !== undefined; task = this.#scheduler.next()) {
      if (task.isSettled) {
        this.#scheduler.take();
        this.#ledger.release(task);
        continue;
      }
      const worker = this.#scheduler.assign(packed(task), wasStuck);
      if (worker === undefined) return;
      // The second try is for room that came between the first and the wish to hear of it.
      if (!worker.give(task) && !(worker.handle.wantSpace(), worker.give(task))) {
        this.#scheduler.revoked(worker);
        this.#scheduler.block(worker);
        this.#engaged.add(worker);
      } else this.#scheduler.take();
      if (worker.handle.sender.isStreaming) this.#pump(worker);
      else this.#tell(worker, task.bytes);
    }
  }

  async #listen(): Promise<void> {
    this.#isListening = true;
    let lastTurn = performance.now();
    const { haveNews } = this.#engaged;
    while (this.#workers.size > 0) {
      const rung = this.#maySpin() && this.#spinner.find(haveNews) ? undefined : this.#doorbell.sleep(haveNews);
      if (rung !== undefined) {
        const since = performance.now();
        await rung;
        lastTurn = performance.now();
        this.#spinner.noteSleep(lastTurn - since);
      } else if (performance.now() - lastTurn > TURN_MS) {
        await runtime.nextTurn();
        lastTurn = performance.now();
      }
      this.#drainAll();
      await undefined;
      for (let turn = 0; turn < LAST_TURNS && this.#ledger.owed === 0; turn++) await undefined;
    }
    this.#isListening = false;
  }

  #maySpin(): boolean {
    // Messages come when this thread has nothing else to do; first answers are far off, and counting cores takes time.
    if (this.#ledger.owed === 0 || this.#answers.coming > 0 || this.#answers.taken === 0) return false;
    return this.#awake.leavesCores();
  }

  #drainAll(): void {
    for (const worker of this.#engaged) {
      this.#answers.drain(worker);
      worker.handle.noteSpace();
      if (worker.handle.sender.isStreaming) this.#pump(worker);
      this.#scheduler.unblock(worker);
    }
    this.#engaged.prune();
    this.#assign();
    this.#balance.look();
    this.#settleIdle();
  }

  /** Carries on with a long payload. The second try is for room that came before the wish to hear of it. */
  #pump(worker: PoolWorker): void {
    worker.pump();
    if (worker.handle.sender.isStreaming) {
      worker.handle.wantSpace();
      worker.pump();
    }
    this.#tell(worker, 0);
  }

  /** Where tasks wait though a worker has none: notes how far each is, to know in a moment which are slow. */
  #beginBalance(): boolean {
    if (!this.#scheduler.isUneven()) return false;
    for (const worker of this.#engaged) worker.noteProgress();
    return true;
  }

  /** Moves tasks to workers that have none; whether there is reason to look again soon. */
  #rebalance(): boolean {
    let isMoving = false;
    for (const worker of this.#engaged) {
      this.#answers.drain(worker);
      if (worker.isAtTheSame) this.#scheduler.stall(worker);
      else isMoving = true;
    }
    const stuck = this.#scheduler.stuck();
    const imbalance = stuck.length > 0 ? undefined : this.#scheduler.imbalance();
    let taken = 0;
    for (const worker of stuck) taken += this.#takeBack(worker, Infinity);
    if (imbalance !== undefined) {
      taken += this.#takeBack(imbalance.from, imbalance.count);
      // Small tasks would be packed on the very worker that they were taken from.
      this.#scheduler.block(imbalance.from);
    }
    this.#assign(stuck.length > 0);
    if (imbalance !== undefined) this.#scheduler.unblock(imbalance.from);
    this.#settleIdle();
    return isMoving || taken > 0;
  }

  /** Takes up to `count` tasks back but leaves `least`, as `PoolWorker` does, to be given out again; how many these are. */
  #takeBack(worker: PoolWorker, count: number, least?: number): number {
    const taken = worker.takeBack(count, least);
    for (let i = 0; i < taken.length; i++) this.#scheduler.revoked(worker);
    this.#scheduler.requeue(taken);
    return taken.length;
  }
}

/** Tasks like this one that go to a worker at work before another one is woken for them. */
function packed(task: PoolTask): number {
  return task.kind === FrameKind.Apply ? task.fn.packed : 1;
}
