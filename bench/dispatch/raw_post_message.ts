/** The baseline: two threads, one structured clone there and one back, the less loaded thread chosen. */
import { Worker } from "node:worker_threads";
import { type Contestant, measure } from "./measure.ts";

function start(): Contestant {
  const workers = [0, 1].map(() => new Worker(new URL("./raw_post_message_worker.mjs", import.meta.url)));
  const load = [0, 0];
  const pending = new Map<number, (value: number) => void>();
  let calls = 0;
  workers.forEach((worker, i) =>
    worker.on("message", ({ id, value }: { id: number; value: number }) => {
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

await measure(start);
