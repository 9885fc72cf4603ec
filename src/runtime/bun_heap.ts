import { setInterval } from "node:timers";
import { process } from "./host_process.ts";

/** Memory of the whole process above which its threads collect their garbage at once. */
const CEILING_BYTES = 112 * 1024 * 1024;
/** Milliseconds between two looks at that. */
const INTERVAL = 100;
/** Time that a thread works, at the least, for each time that it collects. */
const WORK_RATIO = 20;

interface BunGlobal {
  readonly Bun: { gc(force: boolean): number };
}

let isKept = false;

/**
 * Keeps this thread's garbage from piling up. Bun's collector leaves a thread tens of mebibytes of it, which of several
 * threads add up, and takes its time where a thread is hardly ever idle.
 */
export function keepBunHeapSmall(): void {
  if (isKept) return;
  isKept = true;
  const { Bun } = globalThis as unknown as BunGlobal;
  let next = 0;
  setInterval(() => {
    const began = performance.now();
    if (began < next || process.memoryUsage.rss() <= CEILING_BYTES) return;
    Bun.gc(true);
    const ended = performance.now();
    next = ended + WORK_RATIO * (ended - began);
  }, INTERVAL).unref();
}
