import { setInterval } from "node:timers";
import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const v8 = builtin<typeof import("node:v8")>("node:v8");
const vm = builtin<typeof import("node:vm")>("node:vm");

/** Memory of the whole process above which its threads collect their garbage. */
const CEILING_BYTES = 144 * 1024 * 1024;
/** Garbage and unused pages of a thread, by what its last collection left, below which it does not. */
const LEAST_EXCESS_BYTES = 16 * 1024 * 1024;
/** Milliseconds between two looks at that. */
const INTERVAL = 100;
/** Times as long that a thread works, at the least, as it took to collect: what is live has to be promoted anew. */
const WORK_RATIO = 20;

let isKept = false;

/**
 * Keeps this thread's heap small. V8 lets its space of new objects grow to 64 MiB and more in each thread and keeps it
 * until it is asked for a full collection. Of V8's flags, Deno takes at any time only the one that lets a thread ask.
 */
export function keepDenoHeapSmall(): void {
  if (isKept) return;
  isKept = true;
  v8().setFlagsFromString("--expose-gc");
  const collect = vm().runInNewContext("globalThis.gc") as (() => void) | undefined;
  if (collect === undefined) return;
  let left = 0;
  let next = 0;
  setInterval(() => {
    const began = performance.now();
    if (began < next || heapSize() - left < LEAST_EXCESS_BYTES || process.memoryUsage.rss() <= CEILING_BYTES) return;
    collect();
    const ended = performance.now();
    left = heapSize();
    next = ended + WORK_RATIO * (ended - began);
  }, INTERVAL).unref();
}

function heapSize(): number {
  return v8().getHeapStatistics().total_heap_size;
}
