import { builtin } from "./builtin.ts";
import { startChildProcess } from "./child_process.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

const v8 = builtin<typeof import("node:v8")>("node:v8");

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("node", url);
  const scope = workerThreadScope();
  return {
    ...nodeSide(),
    name: "node",
    startThread: startWorkerThread,
    startChild,
    scope,
    keepHeapSmall: (forUsers) => {
      // The space of new objects stays as it is: it would grow to three times 16 MiB, most of it garbage. That goes for
      // the threads that are started later, too.
      if (scope !== undefined) return;
      v8().setFlagsFromString("--semi-space-growth-factor=1");
      // Old objects are looked through before there are tens of mebibytes more of them.
      if (forUsers) v8().setFlagsFromString("--optimize-for-size");
    },
  };
}
