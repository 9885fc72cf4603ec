/** 1 MiB there and back over bare `postMessage`, copied each way. */
import { measurePayload } from "./measure_payload.ts";
import { rawPool } from "./raw_pool.ts";

const { call, stop } = rawPool(new URL("./payload_raw_worker.mjs", import.meta.url));
await measurePayload({ echo: (value) => call(value), stop });
