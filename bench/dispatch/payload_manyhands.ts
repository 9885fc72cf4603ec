/** 1 MiB there and back through the pool of this project. */
import { isMainProcess, Pool } from "manyhands";
import { measurePayload } from "./measure_payload.ts";

const same = { module: new URL("./same.mjs", import.meta.url), export: "same" };

if (isMainProcess) {
  const pool = new Pool(2);
  await measurePayload({
    echo: <T>(value: T) => pool.apply<[T], T>(same, [value]) as Promise<T>,
    stop: () => pool.terminate(),
  });
}
