/** The baseline: a bare pool over `postMessage`. */
import { measure } from "./measure.ts";
import { rawPool } from "./raw_pool.ts";

await measure(() => rawPool(new URL("./raw_post_message_worker.mjs", import.meta.url)));
