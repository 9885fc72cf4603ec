import { keepBunHeapSmall } from "./bun_heap.ts";
import { bunWorkerScope, startBunWorker } from "./bun_worker.ts";
import { startChildProcess } from "./child_process.ts";
import { process } from "./host_process.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { orUnstarted } from "./unstarted_thread.ts";

/** The adapter for Bun, which has all of Node's side that is needed here. */
export function bunRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("bun", url);
  const version = process.versions["bun"] ?? "unknown";
  return {
    ...nodeSide(),
    name: "bun",
    version,
    startThread: (url, options) => orUnstarted(() => startBunWorker(url, options)),
    startChild,
    scope: bunWorkerScope(),
    // Which Bun clears no slower than it leaves uncleared.
    uncleared: (length) => new Uint8Array(length),
    sharesText: true,
    keepHeapSmall: keepBunHeapSmall,
    // Bun counts the memory that all threads share as external to each, and that as used; the heap itself is its total.
    memory: () => {
      const { heapTotal, rss } = process.memoryUsage();
      return { heap: heapTotal, resident: rss };
    },
  };
}
