/** At its defaults but for the two threads. */
import { Piscina } from "piscina";
import { measure } from "../dispatch/measure.ts";

const filename = new URL("./double_worker.mjs", import.meta.url).href;

await measure(() => {
  const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
  return { call: (x) => pool.run(x), stop: () => pool.destroy() };
});
