import { builtin } from "./builtin.ts";
import { watchHeap } from "./heap_watch.ts";

const v8 = builtin<typeof import("node:v8")>("node:v8");
const vm = builtin<typeof import("node:vm")>("node:vm");

/** Memory of the whole process above which its threads collect their garbage. */
const CEILING_BYTES = 144 * 1024 * 1024;
/** Garbage and unused pages of a thread, by what its last collection left, below which it does not. */
const LEAST_EXCESS_BYTES = 16 * 1024 * 1024;

/**
 * Keeps this thread's heap small. V8 lets its space of new objects grow to 64 MiB and more in each thread and keeps it
 * until it is asked for a full collection, for which what is live has to be promoted anew. Of V8's flags, Deno takes at
 * any time only the one that lets a thread ask.
 */
export function keepDenoHeapSmall(): void {
  watchHeap(() => {
    v8().setFlagsFromString("--expose-gc");
    const collect = vm().runInNewContext("globalThis.gc") as (() => void) | undefined;
    if (collect === undefined) return undefined;
    let left = 0;
    return {
      ceilingBytes: CEILING_BYTES,
      isWorthwhile: () => heapSize() - left >= LEAST_EXCESS_BYTES,
      collect: () => {
        collect();
        left = heapSize();
      },
    };
  });
}

function heapSize(): number {
  return v8().getHeapStatistics().total_heap_size;
}
