/** One call at a time in a pool of two workers, there and back. */
import { isMainProcess, Pool, task } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

const CALLS = 4_000;

const double = task(import.meta, function double(x: number): number {
  return 2 * x;
});

if (isMainProcess) {
  const pool = new Pool(2);
  await printMedian("µs", CALLS, async () => {
    for (let i = 0; i < CALLS; i++) expectSame(await pool.apply(double, [i]), 2 * i);
  });
  await pool.terminate();
}
