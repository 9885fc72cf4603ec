import { Deque } from "./deque.ts";

interface WorkerLoad {
  readonly id: number;
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
export class Scheduler<T> {
  readonly #window: number;
  readonly #backlog: Deque<T> = new Deque<T>();
  readonly #workers: WorkerLoad[] = [];
  readonly #byId = new Map<number, WorkerLoad>();
  /** The one that was asked for last: answers and tasks come in rows of one worker. */
  #last: WorkerLoad | undefined;
  /** Tasks that the worker which was chosen last still gets before the others are looked at again. */
  #row = 0;
  #chosen: WorkerLoad | undefined;
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
    return this.#workers.reduce((sum, worker) => sum + worker.inFlight, 0);
  }

  /** A worker came up; it is given at most `quota` tasks. */
  addWorker(id: number, quota: number = Infinity): void {
    const worker = { id, inFlight: 0, quota, blocked: false };
    this.#workers.push(worker);
    this.#byId.set(id, worker);
  }

  /** A worker is gone; what it held is the caller's to requeue. */
  removeWorker(id: number): void {
    const worker = this.#byId.get(id);
    if (worker === undefined) return;
    this.unblock(id);
    this.#byId.delete(id);
    this.#workers.splice(this.#workers.indexOf(worker), 1);
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
   * The worker that gets the next task, or -1 where none can take one more: one that is at work and holds fewer than
   * `packed` tasks, else the one with the fewest. Waking a worker costs more than a few small tasks take.
   */
  freeWorker(packed: number = 1): number {
    if (this.#row > 0 && this.#chosen !== undefined && this.#mayTake(this.#chosen)) {
      this.#row--;
      return this.#chosen.id;
    }
    if (this.#chosen !== undefined && this.#chosen.inFlight < packed && this.#mayTake(this.#chosen)) {
      return this.#chosen.id;
    }
    let best: WorkerLoad | undefined;
    let least = this.#window;
    for (const worker of this.#workers) {
      if (worker.quota <= 0 || worker.blocked) continue;
      if (worker.inFlight > 0 && worker.inFlight < packed) {
        best = worker;
        least = 0;
        break;
      }
      if (worker.inFlight < least) {
        least = worker.inFlight;
        best = worker;
      }
    }
    this.#chosen = best;
    this.#row = best === undefined || least === 0 ? 0 : Math.floor(packed / 4);
    return best?.id ?? -1;
  }

  #mayTake({ quota, blocked, inFlight }: WorkerLoad): boolean {
    return quota > 0 && !blocked && inFlight > 0 && inFlight < this.#window;
  }

  /** The worker was given a task. */
  assigned(id: number): void {
    const worker = this.#find(id);
    if (worker === undefined) return;
    worker.inFlight++;
    worker.quota--;
  }

  /** The worker gets no task any more. */
  exhaust(id: number): void {
    const worker = this.#find(id);
    // What it gives back does not make it more.
    if (worker !== undefined) worker.quota = -Infinity;
  }

  /** The worker has answered a task. */
  completed(id: number): void {
    const worker = this.#find(id);
    if (worker !== undefined) worker.inFlight--;
  }

  /** A task was taken back from the worker before it began it. */
  revoked(id: number): void {
    const worker = this.#find(id);
    if (worker === undefined) return;
    worker.inFlight--;
    worker.quota++;
  }

  /** The worker's ring is full. */
  block(id: number): void {
    const worker = this.#find(id);
    if (worker === undefined || worker.blocked) return;
    worker.blocked = true;
    this.#blocked++;
  }

  unblock(id: number): void {
    if (this.#blocked === 0) return;
    const worker = this.#find(id);
    if (worker === undefined || !worker.blocked) return;
    worker.blocked = false;
    this.#blocked--;
  }

  /** Whether the worker has had all tasks of its life and answered them. */
  isSpent(id: number): boolean {
    const worker = this.#find(id);
    return worker !== undefined && worker.quota <= 0 && worker.inFlight === 0;
  }

  /**
   * Where a worker has nothing to do, nothing is waiting and another holds two tasks or more: that one, and how many of
   * its tasks to take back.
   */
  imbalance(): { from: number; count: number } | undefined {
    if (this.#backlog.length > 0) return undefined;
    let busiest: WorkerLoad | undefined;
    let idle = 0;
    for (const worker of this.#workers) {
      if (worker.inFlight === 0 && worker.quota > 0) idle++;
      if (worker.inFlight > (busiest?.inFlight ?? 1)) busiest = worker;
    }
    if (idle === 0 || busiest === undefined) return undefined;
    return { from: busiest.id, count: Math.floor((busiest.inFlight * idle) / (idle + 1)) || 1 };
  }

  #find(id: number): WorkerLoad | undefined {
    if (this.#last?.id !== id) this.#last = this.#byId.get(id);
    return this.#last;
  }
}
