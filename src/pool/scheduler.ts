import { Deque } from "./deque.ts";

interface WorkerLoad<W> {
  readonly worker: W;
  /** Tasks that it has been given and has not answered. */
  inFlight: number;
  /** Tasks that it may still be given in its life. */
  quota: number;
  /** Its ring has no room. */
  blocked: boolean;
  /** It runs a task that takes so long that nothing is to be put behind it. */
  stalled: boolean;
  /** How many tasks like the one that it was last chosen for fit into the time of a wake-up. */
  packed: number;
}

/** Tasks that fit into the time of a wake-up from which on they count as small: more workers than cores are of no use. */
const SMALL = 8;
/** Times of a wake-up that a worker has small tasks for before they are worth a wake-up: a millisecond, about. */
const LONG_ROW = 20;

/**
 * Decides which worker gets which task, and nothing else: no workers, rings or promises, so it is tested by itself.
 *
 * A worker may hold up to `window` tasks, so that it never waits for the host between two of them. What that takes away
 * in fairness, `imbalance` gives back: a worker that has run dry takes over what waits behind a slow task elsewhere.
 * Small tasks stay with as many workers as there are cores: each one more that is woken for them costs a thread switch
 * and cold code, and gains nothing.
 */
export class Scheduler<T, W> {
  readonly #window: number;
  readonly #countCores: () => number;
  #cores: number | undefined;
  readonly #backlog: Deque<T> = new Deque<T>();
  readonly #loads: WorkerLoad<W>[] = [];
  readonly #byWorker = new Map<W, WorkerLoad<W>>();
  /** The one that was asked for last: answers and tasks come in rows of one worker. */
  #last: WorkerLoad<W> | undefined;
  /** Tasks that the worker which was chosen last still gets before the others are looked at again. */
  #row = 0;
  #chosen: WorkerLoad<W> | undefined;
  #blocked = 0;

  /** `cores` is asked once, when the first small task comes. */
  constructor(window: number, cores: () => number = () => Infinity) {
    this.#window = window;
    this.#countCores = cores;
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
    const load = { worker, inFlight: 0, quota, blocked: false, stalled: false, packed: 0 };
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
   * `packed` tasks, else the one with the fewest, of those at work once these are as many as the cores and the task is
   * small. Waking a worker costs more than a few small tasks take. One that was stuck counts as small no more.
   */
  assign(packed: number = 1, wasStuck: boolean = false): W | undefined {
    let load = this.#chosen;
    if (wasStuck || load === undefined || !this.#mayTake(load, packed)) {
      load = this.#choose(wasStuck ? Math.min(packed, SMALL - 1) : packed, wasStuck);
      if (load === undefined) return undefined;
    } else if (this.#row > 0) this.#row--;
    load.inFlight++;
    load.quota--;
    return load.worker;
  }

  /** Whether the worker that was chosen last gets the next task too. */
  #mayTake({ quota, blocked, stalled, inFlight }: WorkerLoad<W>, packed: number): boolean {
    return (inFlight < packed || (this.#row > 0 && packed >= SMALL)) && quota > 0 && !blocked && !stalled &&
      inFlight > 0 && inFlight < this.#window;
  }

  #choose(packed: number, wasStuck: boolean): WorkerLoad<W> | undefined {
    const isSmall = packed >= SMALL;
    let best: WorkerLoad<W> | undefined;
    let bestAtWork: WorkerLoad<W> | undefined;
    let least = Infinity;
    let atWork = 0;
    for (const load of this.#loads) {
      const { inFlight, stalled } = load;
      const isAtWork = inFlight > 0 && !stalled;
      if (isAtWork) atWork++;
      if (load.quota <= 0 || load.blocked || inFlight >= this.#window) continue;
      if (isAtWork && inFlight < packed) return this.#keep(load, packed, 0);
      const rank = stalled && (isSmall || wasStuck) ? inFlight + this.#window : inFlight;
      if (rank < least) {
        least = rank;
        best = load;
      }
      if (isAtWork && (bestAtWork === undefined || inFlight < bestAtWork.inFlight)) bestAtWork = load;
    }
    if (isSmall && bestAtWork !== undefined && atWork >= this.#coreCount()) best = bestAtWork;
    return best && this.#keep(best, packed, best.inFlight > 0 ? Math.floor(packed / 4) : 0);
  }

  #keep(load: WorkerLoad<W>, packed: number, row: number): WorkerLoad<W> {
    load.packed = packed;
    this.#chosen = load;
    this.#row = row;
    return load;
  }

  #coreCount(): number {
    return this.#cores ??= this.#countCores();
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
    load.stalled = false;
    return load.quota <= 0 && load.inFlight === 0;
  }

  /** A task did not get to the worker, or was taken back before it began it. */
  revoked(worker: W): void {
    const load = this.#find(worker);
    if (load === undefined) return;
    load.inFlight--;
    load.quota++;
    if (load.inFlight === 0) load.stalled = false;
  }

  /** The worker has long been at one task: until it answers, others go to workers that are not. */
  stall(worker: W): void {
    const load = this.#find(worker);
    if (load !== undefined && load.inFlight > 0) load.stalled = true;
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

  /** Whether a worker has nothing to do, nothing is waiting and another holds two tasks or more. */
  isUneven(): boolean {
    if (this.#backlog.length > 0) return false;
    let isAnyIdle = false;
    let isAnyBehind = false;
    for (const load of this.#loads) {
      if (load.inFlight === 0) isAnyIdle ||= load.quota > 0;
      else isAnyBehind ||= load.inFlight > 1;
      if (isAnyIdle && isAnyBehind) return true;
    }
    return false;
  }

  /** Where a worker has nothing to do: those that have stalled with small tasks behind what they run. */
  stuck(): W[] {
    if (!this.isUneven()) return [];
    const isStuck = ({ stalled, packed, inFlight }: WorkerLoad<W>): boolean =>
      stalled && packed >= SMALL && inFlight > 1;
    return this.#loads.filter(isStuck).map(({ worker }) => worker);
  }

  /**
   * Where a worker has nothing to do, nothing is waiting and another holds two tasks or more: that one, and how many of
   * its tasks to take back. Of small tasks only a long row is shared, and by as many workers as there are cores.
   */
  imbalance(): { from: W; count: number } | undefined {
    if (this.#backlog.length > 0) return undefined;
    let busiest: WorkerLoad<W> | undefined;
    let idle = 0;
    let atWork = 0;
    for (const load of this.#loads) {
      const { inFlight, packed } = load;
      if (inFlight > 0 && !load.stalled) atWork++;
      if (inFlight === 0 && load.quota > 0) idle++;
      const least = packed >= SMALL ? LONG_ROW * packed : 1;
      if (inFlight > least && inFlight > (busiest?.inFlight ?? 1)) busiest = load;
    }
    if (busiest === undefined) return undefined;
    const { worker: from, inFlight, packed } = busiest;
    const takers = packed >= SMALL ? Math.min(idle, this.#coreCount() - atWork) : idle;
    return takers <= 0 ? undefined : { from, count: Math.floor((inFlight * takers) / (takers + 1)) || 1 };
  }

  #find(worker: W): WorkerLoad<W> | undefined {
    if (this.#last?.worker !== worker) this.#last = this.#byWorker.get(worker);
    return this.#last;
  }
}
