/** Threads, as many as two. */
import workerpool from "workerpool";
import { fileURLToPath } from "node:url";
import { measure } from "../dispatch/measure.ts";

const file = fileURLToPath(new URL("./workerpool_worker.mjs", import.meta.url));

await measure(() => {
  const pool = workerpool.pool(file, {
    workerType: "thread",
    minWorkers: 2,
    maxWorkers: 2,
  });
  return {
    call: (x) => pool.exec("double", [x]),
    stop: () => pool.terminate(true),
  };
});
