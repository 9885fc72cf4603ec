/** 1 MiB there and back, copied each way. */
import { Piscina } from "piscina";
import { measurePayload } from "../dispatch/measure_payload.ts";

const filename = new URL("./echo_worker.mjs", import.meta.url).href;
const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });

await measurePayload({
  echo: (value) => pool.run(value),
  stop: () => pool.destroy(),
});
