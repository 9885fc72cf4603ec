/** At its defaults but for the two threads. */
import { fileURLToPath } from "node:url";
import { FixedThreadPool } from "poolifier";
import { measure } from "../dispatch/measure.ts";

const file = fileURLToPath(new URL("./poolifier_worker.mjs", import.meta.url));

await measure(() => {
  const pool = new FixedThreadPool(2, file);
  return { call: (x) => pool.execute(x), stop: () => pool.destroy() };
});
