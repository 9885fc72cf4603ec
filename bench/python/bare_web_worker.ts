/** The web platform's thread, where the runtime has it and tells of its end, with an empty module. */
import { printMedian } from "./passes.ts";

if (!("Bun" in globalThis)) console.log("null");
else {
  await printMedian("ms", 1, () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./bare_worker_main.mjs", import.meta.url).href);
      worker.addEventListener("error", reject);
      worker.addEventListener("close", () => resolve());
    }), 20);
}
