import { startChildProcess } from "./child_process.ts";
import { keepDenoHeapSmall } from "./deno_heap.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { orUnstarted } from "./unstarted_thread.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

/** The part of `Deno` that is used here. */
interface DenoGlobal {
  readonly version: { readonly deno: string };
}

/** The adapter for Deno, which has all of Node's side that is needed here. */
export function denoRuntime(deno: DenoGlobal): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("deno", url);
  const { deno: version } = deno.version;
  return {
    ...nodeSide(),
    name: "deno",
    version,
    hearThreads,
    // Deno tells nobody of a thread that a limit of its heap, also one of new objects alone, has ended in an answer to a
    // message: it goes without one.
    startThread: (url, { heapMebibytes: _, ...options }) => orUnstarted(() => startWorkerThread(url, options)),
    startChild,
    sockets: async () => (await import("./deno_sockets.ts")).denoSockets(await import("./sockets.ts")),
    keepHeapSmall: keepDenoHeapSmall,
    scope: workerThreadScope(),
  };
}

/**
 * While its event loop has something ready Deno looks for what comes from elsewhere only once in some thirty turns. What a
 * thread of its own has to do, such as this, makes it wait for that and look, in 60 µs; a timer takes a millisecond.
 */
async function hearThreads(): Promise<void> {
  await crypto.subtle.digest("SHA-256", new Uint8Array());
}
