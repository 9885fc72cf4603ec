import { builtin } from "./builtin.ts";
import { startChildProcess } from "./child_process.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

const v8 = builtin<typeof import("node:v8")>("node:v8");

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("node", url);
  return {
    ...nodeSide(),
    name: "node",
    startThread: startWorkerThread,
    startChild,
    scope: workerThreadScope(),
    // The space of new objects stays as it is: it would grow to three times 16 MiB, most of it garbage.
    keepHeapSmall: () => v8().setFlagsFromString("--semi-space-growth-factor=1"),
  };
}
