/** 1 MiB there and back through the pool of this project. */
import { isMainProcess, Pool, task } from "manyhands";
import { measurePayload } from "./measure_payload.ts";

const same = task(import.meta, function same<T>(value: T): T {
  return value;
});

if (isMainProcess) {
  const pool = new Pool(2);
  await measurePayload({
    echo: <T>(value: T) => pool.apply(same, [value]) as Promise<T>,
    stop: () => pool.terminate(),
  });
}
