/** Its only pool, held to two workers. */
import { initRuntime, move, shutdown, spawn } from "multithreading";
import { measure } from "../dispatch/measure.ts";

const double = (x) => 2 * x;

await measure(() => {
  initRuntime({ maxWorkers: 2 });
  return {
    call: async (x) => {
      const result = await spawn(move(x), double).join();
      if (!result.ok) throw result.error;
      return result.value;
    },
    stop: shutdown,
  };
});
