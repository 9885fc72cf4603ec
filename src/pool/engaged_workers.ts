import type { PoolWorker } from "./pool_worker.ts";

/** The workers of a pool that may answer or make room in their rings: only these are looked at. */
export class EngagedWorkers {
  #workers: PoolWorker[] = [];

  [Symbol.iterator](): Iterator<PoolWorker> {
    return this.#workers[Symbol.iterator]();
  }

  /** The worker has got something, or its ring is full. */
  add(worker: PoolWorker): void {
    if (worker.isEngaged) return;
    worker.isEngaged = true;
    this.#workers.push(worker);
  }

  /** The worker is gone. */
  remove(worker: PoolWorker): void {
    this.#workers = this.#workers.filter((one) => one !== worker);
  }

  /** Lets go of those that hold nothing any more. */
  prune(): void {
    let kept = 0;
    for (const worker of this.#workers) {
      worker.isEngaged = worker.holds;
      if (worker.isEngaged) this.#workers[kept++] = worker;
    }
    this.#workers.length = kept;
  }

  /** Whether one of them has answered, or made room that was wished for. */
  readonly haveNews = (): boolean => {
    for (const { handle } of this.#workers) {
      if (handle.receiver.ring.hasNext() || handle.hasMadeSpace) return true;
    }
    return false;
  };
}
