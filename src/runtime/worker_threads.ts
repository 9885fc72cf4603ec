import process from "node:process";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Thread, ThreadEnd, ThreadOptions, ThreadScope } from "./port.ts";

/** Marks the data of threads that this module started, so that a program's own threads are not taken for them. */
interface Envelope {
  readonly manyhands: 1;
  readonly data: unknown;
}

/** Starts a thread by `node:worker_threads`, which all three runtimes have for `file:` and `data:` URLs. */
export function startWorkerThread(url: URL, { data, name }: ThreadOptions): Thread {
  const envelope: Envelope = { manyhands: 1, data };
  const worker = new Worker(url, { workerData: envelope, name });
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
  const port = parentPort;
  const envelope = workerData as Envelope | null | undefined;
  if (isMainThread || port === null || envelope?.manyhands !== 1) return undefined;
  return {
    data: envelope.data,
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
    onFatal: (report) => {
      const die = (error: unknown): void => {
        report(error);
        process.exit(1);
      };
      process.on("uncaughtException", die);
      process.on("unhandledRejection", die);
    },
    exit: (code) => process.exit(code),
  };
}
