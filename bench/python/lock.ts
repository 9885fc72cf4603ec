/** A lock that nobody else wants: `acquireSync` and `release`. */
import { Lock } from "manyhands";
import { printMedian } from "./passes.ts";

const TIMES = 200_000;
const lock = new Lock();

await printMedian("ns", TIMES, () => {
  for (let i = 0; i < TIMES; i++) {
    lock.acquireSync();
    lock.release();
  }
});
