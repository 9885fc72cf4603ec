/** `map` over a million numbers in two workers, chunks as they come. */
import { isMainProcess, Pool, task } from "manyhands";
import { expectSame, printMedian } from "./passes.ts";

const double = task(import.meta, function double(x: number): number {
  return 2 * x;
});

if (isMainProcess) {
  const numbers = Array.from({ length: 1_000_000 }, (_, i) => i);
  const pool = new Pool(2);
  await printMedian("ms", 1, async () => expectSame((await pool.map(double, numbers)).at(-1), 1_999_998));
  await pool.terminate();
}
