/** The pool of this project with two workers. */
import { isMainProcess, Pool, task } from "manyhands";
import { measure } from "./measure.ts";

const double = task(import.meta, function double(x: number): number {
  return 2 * x;
});

if (isMainProcess) {
  await measure(() => {
    const pool = new Pool(2);
    return { call: (x) => pool.apply(double, [x]), stop: () => pool.terminate() };
  });
}
