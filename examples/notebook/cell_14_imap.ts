// In [14]: the same tasks with imap, which gives each result as soon as its turn comes: after 1, 2 and 3 seconds.
import { setTimeout as sleep } from "node:timers/promises";
import { isMainProcess, Pool, task } from "../../mod.ts";
import { secondFromArguments } from "./options.ts";
import { Stopwatch } from "./stopwatch.ts";

let second = 1000;

const setSecond = task(import.meta, function setSecond(milliseconds: number) {
  second = milliseconds;
});

const doubler = task(import.meta, async function doubler(number: number) {
  await sleep(number * second);
  return number * 2;
});

if (isMainProcess) {
  const numbers = [1, 2, 3];
  const watch = new Stopwatch();
  const pool = new Pool({ processes: 3, initializer: setSecond, initargs: [secondFromArguments()] });
  try {
    for await (const item of pool.imap(doubler, numbers)) console.log(`${item} at ${watch}`);
  } finally {
    await pool.terminate();
  }
  console.log(`Wall time: ${watch}`);
}
