/** A lock that nobody else wants: `await acquire()` and `release`. */
import { Lock } from "manyhands";
import { printMedian } from "./passes.ts";

const TIMES = 200_000;
const lock = new Lock();

await printMedian("ns", TIMES, async () => {
  for (let i = 0; i < TIMES; i++) {
    await lock.acquire();
    lock.release();
  }
});
