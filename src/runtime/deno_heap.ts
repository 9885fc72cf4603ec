import { setInterval } from "node:timers";
import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const inspector = builtin<typeof import("node:inspector")>("node:inspector");
const v8 = builtin<typeof import("node:v8")>("node:v8");

/** Memory of the whole process above which its threads collect their garbage. */
const CEILING_BYTES = 144 * 1024 * 1024;
/** Garbage and unused pages of a thread, by what its last collection left, below which it does not. */
const LEAST_EXCESS_BYTES = 16 * 1024 * 1024;
/** Milliseconds between two looks at that. */
const INTERVAL = 100;
/** Times as long that a thread works, at the least, as it took to collect: what is live has to be promoted anew. */
const WORK_RATIO = 20;

interface DenoGlobal {
  readonly permissions: { querySync(descriptor: { name: string; kind: string }): { readonly state: string } };
}

let isKept = false;

/**
 * Keeps this thread's heap small. V8 lets its space of new objects grow to 64 MiB and more in each thread and keeps it;
 * Deno takes the flags against that at its start only. A full collection that an inspector asks for gives it back.
 */
export function keepDenoHeapSmall(): void {
  if (isKept || !mayInspect()) return;
  isKept = true;
  let left = 0;
  let ended = -Infinity;
  let took = 0;
  let isCollecting = false;
  setInterval(() => {
    if (isCollecting) return;
    if (heapSize() - left < LEAST_EXCESS_BYTES) return;
    const began = performance.now();
    if (began - ended < took * WORK_RATIO || process.memoryUsage.rss() <= CEILING_BYTES) return;
    isCollecting = true;
    collect(() => {
      left = heapSize();
      ended = performance.now();
      took = ended - began;
      isCollecting = false;
    });
  }, INTERVAL).unref();
}

function heapSize(): number {
  return v8().getHeapStatistics().total_heap_size;
}

/** Deno asks on the terminal about a permission that was not settled; this is not worth a question. */
function mayInspect(): boolean {
  const { permissions } = (globalThis as unknown as { Deno: DenoGlobal }).Deno;
  return permissions.querySync({ name: "sys", kind: "inspector" }).state === "granted";
}

function collect(done: () => void): void {
  const session = new (inspector().Session)();
  session.connect();
  session.post("HeapProfiler.collectGarbage", () => {
    session.disconnect();
    done();
  });
}
