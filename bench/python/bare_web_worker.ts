/** Bun's web worker, which unlike those of the others tells of its end, with an empty module: from its start to that. */
import { printMedian } from "./passes.ts";

await printMedian("ms", 1, () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./bare_worker_main.mjs", import.meta.url).href);
    worker.addEventListener("error", reject);
    worker.addEventListener("close", () => resolve());
  }), 20);
