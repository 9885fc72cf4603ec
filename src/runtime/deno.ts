import { startChildProcess } from "./child_process.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

/** The part of `Deno` that is used here. */
interface DenoGlobal {
  readonly version: { readonly deno: string };
}

/** For the new objects of each thread that a program starts whose heap is to be small. */
const SMALL_YOUNG_MEBIBYTES = 3;

/** The adapter for Deno, which has all of Node's side that is needed here. */
export function denoRuntime(deno: DenoGlobal): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("deno", url);
  const { deno: version } = deno.version;
  let isSmall = false;
  return {
    ...nodeSide(),
    name: "deno",
    version,
    // Deno tells nobody of a thread that a limit of its heap has ended in an answer to a message: it goes without one. The
    // space of new objects has one, which ends no thread: else it takes 16 MiB from the start.
    startThread: (url, { heapMebibytes, ...options }) => {
      const young = heapMebibytes?.young ?? (isSmall ? SMALL_YOUNG_MEBIBYTES : undefined);
      return startWorkerThread(url, young === undefined ? options : { ...options, heapMebibytes: { young } });
    },
    keepHeapSmall: () => void (isSmall = true),
    startChild,
    scope: workerThreadScope(),
  };
}
