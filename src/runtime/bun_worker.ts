import { keepBunHeapSmall } from "./bun_heap.ts";
import { process } from "./host_process.ts";
import { linesOf, replaceByLines } from "./line_output.ts";
import type { Thread, ThreadOptions, ThreadScope } from "./port.ts";
import { threadLife } from "./thread_life.ts";

/** Marks the threads that this module started, so that a program's own threads are not taken for them. */
const MARK = "--manyhands-thread";
/** Tells such a thread to keep its heap small. */
const SMALL = "--small-heap";

/** A web `Worker` with what Bun adds to the standard. Its event of the end has the exit code. */
interface BunWorker extends Worker {
  unref(): void;
}

type BunWorkerClass = new (url: string, options: BunWorkerOptions) => BunWorker;

interface BunWorkerOptions {
  readonly argv: readonly string[];
  readonly name: string;
  readonly smol: boolean;
}

/** The globals of a thread. */
interface BunThread {
  readonly Bun: { readonly isMainThread: boolean };
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, moved?: readonly ArrayBuffer[]): void;
}

/**
 * Starts a thread as Bun's web `Worker`, which is there in a fifth of the time and with half the memory of its
 * `node:worker_threads`. Its data is its first message: what is posted before a thread's module has run waits for it.
 */
export function startBunWorker(url: URL, { data, name, heapMebibytes }: ThreadOptions): Thread {
  const smol = heapMebibytes !== undefined;
  const argv = smol ? [MARK, SMALL] : [MARK];
  const worker = new (Worker as unknown as BunWorkerClass)(url.href, { argv, name, smol });
  worker.postMessage(data);
  let error: unknown;
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    error = event.error ?? shownError(event.message);
  });
  const end = new Promise<number>((resolve) => {
    worker.addEventListener("close", (event) => resolve((event as CloseEvent).code));
  });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.addEventListener("message", (event) => listener(event.data));
      worker.unref();
    },
    onEnd: (listener) => void end.then((code) => listener(error === undefined ? { code } : { code, error })),
    terminate: async () => {
      worker.terminate();
      await end;
    },
  };
}

/** An error that Bun tells of as it would show it: a piece of the source, its class or `error` with its message, its stack. */
function shownError(shown: string): Error {
  const [, name = "Error", message = shown] = /^(?:error|([A-Z]\w*)): (.*)$/m.exec(shown) ?? [];
  const known = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
    .find((candidate) => candidate.name === name) as ErrorConstructor | undefined;
  return Object.assign(new (known ?? Error)(message), { stack: shown });
}

/** This thread's side, where `startBunWorker` started it. */
export function bunWorkerScope(): ThreadScope | undefined {
  const thread = globalThis as unknown as BunThread;
  if (thread.Bun.isMainThread || process.argv[2] !== MARK) return undefined;
  if (process.argv[3] === SMALL) keepBunHeapSmall();
  let hasStarted = false;
  return {
    ...threadLife,
    onFatal: (report) => {
      threadLife.onFatal(report);
      // Bun tells of a rejection in a thread's last turn only after that, when nothing holds the thread any more.
      process.once("beforeExit", () => void setTimeout(() => {}, 0));
    },
    printWholeLines: () => threadLife.onExit(linesOf(replaceByLines)),
    onStart: (listener) => {
      thread.onmessage = ({ data }) => {
        hasStarted = true;
        // A listener would keep the thread from ending by itself.
        thread.onmessage = null;
        listener(data);
      };
    },
    post: (message, moved) => thread.postMessage(message, moved),
    onMessage: (listener) => {
      thread.onmessage = ({ data }) => {
        if (hasStarted) listener(data);
        hasStarted = true;
      };
    },
  };
}
