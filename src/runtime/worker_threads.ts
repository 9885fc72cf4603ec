import { builtin } from "./builtin.ts";
import { linesOf, writeLinesOf } from "./line_output.ts";
import type { Thread, ThreadEnd, ThreadOptions, ThreadScope } from "./port.ts";
import { beginFirstTurn, threadLife } from "./thread_life.ts";

const threads = builtin<typeof import("node:worker_threads")>("node:worker_threads");

/** Marks the data of threads that this module started, so that a program's own threads are not taken for them. */
interface Envelope {
  readonly manyhands: 1;
  readonly data: unknown;
}

/** How a thread for the module at a URL is started. */
export type ThreadForm = "direct" | "imported";

/**
 * `node:worker_threads` takes `file:` and `data:` URLs only. A module of another origin, as on Deno from a registry or a
 * server, is imported by a `data:` module; the thread is the same, and unlike a web `Worker` it tells of its end.
 */
export function threadForm(url: URL): ThreadForm {
  return url.protocol === "file:" || url.protocol === "data:" ? "direct" : "imported";
}

function entryUrl(url: URL): URL {
  if (threadForm(url) === "direct") return url;
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`);
}

/** Starts a thread by `node:worker_threads`. */
export function startWorkerThread(url: URL, { data, name, heapMebibytes: heap }: ThreadOptions): Thread {
  const envelope: Envelope = { manyhands: 1, data };
  const resourceLimits = heap && {
    maxYoungGenerationSizeMb: heap.young,
    ...(heap.old !== undefined && { maxOldGenerationSizeMb: heap.old }),
  };
  const worker = new (threads().Worker)(entryUrl(url), { workerData: envelope, name, resourceLimits });
  let error: unknown;
  worker.on("error", (reason) => error = reason);
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.on("message", listener);
      // After that, since listening holds the program. A pool does so by its own timer, only while it owes an answer.
      worker.unref();
    },
    onEnd: (listener) =>
      void worker.on("exit", (code) => {
        const end: ThreadEnd = error === undefined ? { code } : { code, error };
        listener(end);
      }),
    terminate: async () => void await worker.terminate(),
  };
}

/** This thread's side, where `startWorkerThread` started it. */
export function workerThreadScope(): ThreadScope | undefined {
  const { isMainThread, parentPort: port, workerData } = threads();
  const envelope = workerData as Envelope | null | undefined;
  if (isMainThread || port === null || envelope?.manyhands !== 1) return undefined;
  return {
    ...threadLife,
    printWholeLines: () => threadLife.onExit(linesOf(writeLinesOf)),
    onStart: (listener) => {
      beginFirstTurn();
      listener(envelope.data);
    },
    post: (message, moved) => port.postMessage(message, moved),
    onMessage: (listener) => void port.on("message", listener),
  };
}
