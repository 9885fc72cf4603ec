// In [12]: three tasks of three seconds take three seconds, because they run at the same time.
import { setTimeout as sleep } from "node:timers/promises";
import { isMainProcess, Pool, task } from "../../mod.ts";
import { secondFromArguments } from "./options.ts";
import { Stopwatch } from "./stopwatch.ts";

let second = 1000;

const setSecond = task(import.meta, function setSecond(milliseconds: number) {
  second = milliseconds;
});

const doubler = task(import.meta, async function doubler(number: number) {
  await sleep(3 * second);
  return number * 2;
});

if (isMainProcess) {
  const numbers = [5, 10, 20];
  const watch = new Stopwatch();
  const pool = new Pool({ processes: 3, initializer: setSecond, initargs: [secondFromArguments()] });
  try {
    for (const item of await pool.map(doubler, numbers)) console.log(item);
  } finally {
    await pool.terminate();
  }
  console.log(`Wall time: ${watch}`);
}
