import type { Thread, ThreadEnd, ThreadOptions, ThreadScope } from "./port.ts";

/** The name under which a web worker of ours starts; its own side knows itself by it before any message. */
const NAME_PREFIX = "manyhands:";

/** First message of the worker: it listens now, so that nothing is lost. */
const HELLO = "manyhands:hello";
/** Last message of the worker, since nobody else tells that it ended: `{ [FAREWELL]: exit code }`. */
const FAREWELL = "manyhands:farewell";

interface WorkerGlobals {
  name?: string;
  postMessage(message: unknown): void;
  close(): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
}

/** Starts a thread as a web `Worker`, which Deno needs for modules whose URL is not of a file. */
export function startWebWorker(url: URL, { data, name }: ThreadOptions): Thread {
  const worker = new Worker(url, { type: "module", name: NAME_PREFIX + name });
  let ended = false;
  let onMessage: (message: unknown) => void = () => {};
  let onEnd: (end: ThreadEnd) => void = () => {};
  const end = (how: ThreadEnd): void => {
    if (ended) return;
    ended = true;
    worker.terminate();
    onEnd(how);
  };
  worker.addEventListener("message", ({ data: message }: MessageEvent) => {
    if (message === HELLO) worker.postMessage(data);
    else if (typeof message === "object" && message !== null && FAREWELL in message) end({ code: message[FAREWELL] });
    else onMessage(message);
  });
  worker.addEventListener("error", (event: ErrorEvent) => {
    event.preventDefault();
    end({ code: 1, error: event.error ?? new Error(event.message) });
  });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => onMessage = listener,
    onEnd: (listener) => onEnd = listener,
    terminate: () => {
      end({ code: 1 });
      return Promise.resolve();
    },
  };
}

/** This thread's side, where `startWebWorker` started it. */
export function webWorkerScope(): ThreadScope | undefined {
  const globals = globalThis as unknown as WorkerGlobals;
  if (typeof globals.name !== "string" || !globals.name.startsWith(NAME_PREFIX)) return undefined;
  const exit = (code: number): void => {
    globals.postMessage({ [FAREWELL]: code });
    globals.close();
  };
  let listener: ((message: unknown) => void) | undefined;
  const data = new Promise<unknown>((resolve) => {
    let started = false;
    globals.addEventListener("message", (event) => {
      const message = (event as MessageEvent).data as unknown;
      if (started) return listener?.(message);
      started = true;
      resolve(message);
    });
  });
  globals.postMessage(HELLO);
  return {
    data,
    post: (message) => globals.postMessage(message),
    onMessage: (callback) => listener = callback,
    onFatal: (report) => {
      const die = (event: Event, error: unknown): void => {
        event.preventDefault();
        report(error);
        exit(1);
      };
      globals.addEventListener("error", (event) => die(event, (event as ErrorEvent).error));
      globals.addEventListener("unhandledrejection", (event) => die(event, (event as PromiseRejectionEvent).reason));
    },
    exit,
  };
}
