import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./port.ts";
import { startWebWorker, webWorkerScope } from "./web_worker.ts";
import { startWorkerThread } from "./worker_threads.ts";

/** The part of `Deno` that is used here. */
interface DenoGlobal {
  readonly version: { readonly deno: string };
}

/**
 * The adapter for Deno. A module from a registry or a server has an https URL, which only a web `Worker` starts; for
 * files `node:worker_threads` is better: it tells when a thread ended, and a busy one does not hold up the program's end.
 */
export function denoRuntime(deno: DenoGlobal): Runtime {
  const node = nodeRuntime();
  return {
    ...node,
    name: "deno",
    version: deno.version.deno,
    startThread: (url, options) =>
      url.protocol === "file:" || url.protocol === "data:"
        ? startWorkerThread(url, options)
        : startWebWorker(url, options),
    scope: node.scope ?? webWorkerScope(),
  };
}
