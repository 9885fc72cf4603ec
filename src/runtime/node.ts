import { startChildProcess } from "./child_process.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("node", url);
  return { ...nodeSide(), name: "node", startThread: startWorkerThread, startChild, scope: workerThreadScope() };
}
