/** The best behaved peer, at its defaults and two threads. */
import { Piscina } from "piscina";
import { measure } from "./measure.ts";

await measure(() => {
  const filename = new URL("./piscina_worker.mjs", import.meta.url).href;
  const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
  return { call: (x) => pool.run(x), stop: () => pool.destroy() };
});
