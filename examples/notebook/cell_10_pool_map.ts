// In [10], [11]: a pool of three processes doubles three numbers; map gives the results in the order of the input.
import { isMainProcess, Pool, task } from "../../mod.ts";

const doubler = task(import.meta, function doubler(number: number) {
  return number * 2;
});

if (isMainProcess) {
  const numbers = [5, 10, 20];
  const pool = new Pool(3);
  try {
    for (const item of await pool.map(doubler, numbers)) console.log(item);
  } finally {
    await pool.terminate();
  }
}
