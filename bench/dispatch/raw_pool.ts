import { Worker } from "node:worker_threads";

/** Two threads, one structured clone there and one back, the less loaded thread chosen. */
export interface RawPool {
  call<T>(x: unknown): Promise<T>;
  stop(): Promise<unknown>;
}

/** Starts threads of a module that answers `{ id, x }` by `{ id, value }`. */
export function rawPool(module: URL): RawPool {
  const workers = [0, 1].map(() => new Worker(module));
  const load = [0, 0];
  const pending = new Map<number, (value: never) => void>();
  let calls = 0;
  workers.forEach((worker, i) =>
    worker.on("message", ({ id, value }: { id: number; value: never }) => {
      load[i]!--;
      const resolve = pending.get(id)!;
      pending.delete(id);
      resolve(value);
    })
  );
  return {
    call: (x) =>
      new Promise((resolve) => {
        const chosen = load[0]! <= load[1]! ? 0 : 1;
        load[chosen]!++;
        const id = calls++;
        pending.set(id, resolve);
        workers[chosen]!.postMessage({ id, x });
      }),
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}
