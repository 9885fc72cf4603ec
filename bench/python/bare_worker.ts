/** The runtime's own thread, with a module that is empty: from its start to its end. */
import { Worker } from "node:worker_threads";
import { printMedian } from "./passes.ts";

await printMedian("ms", 1, () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./bare_worker_main.mjs", import.meta.url));
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  }), 20);
