import { Deque } from "./deque.ts";

interface WorkerLoad<W> {
  readonly worker: W;
  /** Tasks that it has been given and has not answered. */
  inFlight: number;
  /** Tasks that it may still be given in its life. */
  quota: number;
  /** Its ring has no room. */
  blocked: boolean;
}

/**
 * Decides which worker gets which task, and nothing else: no workers, rings or promises, so it is tested by itself.
 *
 * A worker may hold up to `window` tasks, so that it never waits for the host between two of them. What that takes away
 * in fairness, `imbalance` gives back: a worker that has run dry takes over what waits behind a slow task elsewhere.
 */
export class Scheduler<T, W> {
  readonly #window: number;
  readonly #backlog: Deque<T> = new Deque<T>();
  readonly #loads: WorkerLoad<W>[] = [];
  readonly #byWorker = new Map<W, WorkerLoad<W>>();
  /** The one that was asked for last: answers and tasks come in rows of one worker. */
  #last: WorkerLoad<W> | undefined;
  /** Tasks that the worker which was chosen last still gets before the others are looked at again. */
  #row = 0;
  #chosen: WorkerLoad<W> | undefined;
  #blocked = 0;

  constructor(window: number) {
    this.#window = window;
  }

  /** Tasks that no worker holds. */
  get backlog(): number {
    return this.#backlog.length;
  }

  /** Tasks that workers hold. */
  get inFlight(): number {
    return this.#loads.reduce((sum, load) => sum + load.inFlight, 0);
  }

  /** A worker came up; it is given at most `quota` tasks. */
  addWorker(worker: W, quota: number = Infinity): void {
    const load = { worker, inFlight: 0, quota, blocked: false };
    this.#loads.push(load);
    this.#byWorker.set(worker, load);
  }

  /** A worker is gone; what it held is the caller's to requeue. */
  removeWorker(worker: W): void {
    const load = this.#byWorker.get(worker);
    if (load === undefined) return;
    this.unblock(worker);
    this.#byWorker.delete(worker);
    this.#loads.splice(this.#loads.indexOf(load), 1);
    this.#last = undefined;
    this.#chosen = undefined;
  }

  enqueue(task: T): void {
    this.#backlog.push(task);
  }

  /** Puts tasks that were given out back to the front, in their order. */
  requeue(tasks: readonly T[]): void {
    for (let i = tasks.length - 1; i >= 0; i--) this.#backlog.unshift(tasks[i]!);
  }

  /** The task that goes out next. */
  next(): T | undefined {
    return this.#backlog.peek();
  }

  /** Takes the task that `next` showed out of the backlog. */
  take(): T | undefined {
    return this.#backlog.shift();
  }

  /**
   * Gives a worker the next task and tells which, if any can take one more: one that is at work and holds fewer than
   * `packed` tasks, else the one with the fewest. Waking a worker costs more than a few small tasks take.
   */
  assign(packed: number = 1): W | undefined {
    let load = this.#chosen;
    if (load !== undefined && (this.#row > 0 || load.inFlight < packed) && this.#mayTake(load)) {
      if (this.#row > 0) this.#row--;
    } else {
      load = this.#choose(packed);
      if (load === undefined) return undefined;
    }
    load.inFlight++;
    load.quota--;
    return load.worker;
  }

  #choose(packed: number): WorkerLoad<W> | undefined {
    let best: WorkerLoad<W> | undefined;
    let least = this.#window;
    for (const load of this.#loads) {
      if (load.quota <= 0 || load.blocked) continue;
      if (load.inFlight > 0 && load.inFlight < packed) {
        best = load;
        least = 0;
        break;
      }
      if (load.inFlight < least) {
        least = load.inFlight;
        best = load;
      }
    }
    this.#chosen = best;
    this.#row = best === undefined || least === 0 ? 0 : Math.floor(packed / 4);
    return best;
  }

  #mayTake({ quota, blocked, inFlight }: WorkerLoad<W>): boolean {
    return quota > 0 && !blocked && inFlight > 0 && inFlight < this.#window;
  }

  /** The worker gets no task any more. */
  exhaust(worker: W): void {
    const load = this.#find(worker);
    // What it gives back does not make it more.
    if (load !== undefined) load.quota = -Infinity;
  }

  /** The worker has answered a task; whether that was the last one of its life. */
  completed(worker: W): boolean {
    const last = this.#last;
    const load = last !== undefined && last.worker === worker ? last : this.#find(worker);
    if (load === undefined) return false;
    load.inFlight--;
    return load.quota <= 0 && load.inFlight === 0;
  }

  /** A task did not get to the worker, or was taken back before it began it. */
  revoked(worker: W): void {
    const load = this.#find(worker);
    if (load === undefined) return;
    load.inFlight--;
    load.quota++;
  }

  /** The worker's ring is full. */
  block(worker: W): void {
    const load = this.#find(worker);
    if (load === undefined || load.blocked) return;
    load.blocked = true;
    this.#blocked++;
  }

  unblock(worker: W): void {
    if (this.#blocked === 0) return;
    const load = this.#find(worker);
    if (load === undefined || !load.blocked) return;
    load.blocked = false;
    this.#blocked--;
  }

  /** Whether the worker has had all tasks of its life and answered them. */
  isSpent(worker: W): boolean {
    const load = this.#find(worker);
    return load !== undefined && load.quota <= 0 && load.inFlight === 0;
  }

  /**
   * Where a worker has nothing to do, nothing is waiting and another holds two tasks or more: that one, and how many of
   * its tasks to take back.
   */
  imbalance(): { from: W; count: number } | undefined {
    if (this.#backlog.length > 0) return undefined;
    let busiest: WorkerLoad<W> | undefined;
    let idle = 0;
    for (const load of this.#loads) {
      if (load.inFlight === 0 && load.quota > 0) idle++;
      if (load.inFlight > (busiest?.inFlight ?? 1)) busiest = load;
    }
    if (idle === 0 || busiest === undefined) return undefined;
    return { from: busiest.worker, count: Math.floor((busiest.inFlight * idle) / (idle + 1)) || 1 };
  }

  #find(worker: W): WorkerLoad<W> | undefined {
    if (this.#last?.worker !== worker) this.#last = this.#byWorker.get(worker);
    return this.#last;
  }
}
