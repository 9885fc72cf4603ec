/** Two bare threads that have nothing to do: what the runtime itself takes. */
import { idlePercent } from "./idle_percent.ts";
import { print } from "./print.ts";
import { rawPool } from "./raw_pool.ts";

const { call, stop } = rawPool(new URL("./raw_post_message_worker.mjs", import.meta.url));
await call(1);
print({ idle: await idlePercent() });
await stop();
