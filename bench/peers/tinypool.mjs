/** At its defaults but for the two threads. */
import { Tinypool } from "tinypool";
import { measure } from "../dispatch/measure.ts";

const filename = new URL("./double_worker.mjs", import.meta.url).href;

await measure(() => {
  const pool = new Tinypool({ filename, minThreads: 2, maxThreads: 2 });
  return { call: (x) => pool.run(x), stop: () => pool.destroy() };
});
