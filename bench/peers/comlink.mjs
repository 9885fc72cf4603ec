/** No pool of its own: two workers, the less loaded one chosen. */
import { Worker } from "node:worker_threads";
import { wrap } from "comlink/dist/esm/comlink.mjs";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { measure } from "../dispatch/measure.ts";

const url = new URL("./comlink_worker.mjs", import.meta.url);

await measure(() => {
  const workers = [0, 1].map(() => new Worker(url));
  const doubles = workers.map((worker) => wrap(nodeEndpoint(worker)));
  const load = [0, 0];
  return {
    call: async (x) => {
      const chosen = load[0] <= load[1] ? 0 : 1;
      load[chosen]++;
      const doubled = await doubles[chosen](x);
      load[chosen]--;
      return doubled;
    },
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
});
