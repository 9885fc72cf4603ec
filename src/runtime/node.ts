import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { channel } from "node:diagnostics_channel";
import process from "node:process";
import { setImmediate, setInterval } from "node:timers";
import { inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { LONGEST_TIMER_MS } from "../core/deadline.ts";
import { parentPipe, startChildProcess } from "./child_process.ts";
import { usableCores } from "./usable_cores.ts";
import { writeAtOnce } from "./line_output.ts";
import type { AsyncLocal, Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

function asyncLocal<T>(): AsyncLocal<T> {
  const storage = new AsyncLocalStorage<T>();
  return { run: (value, fn) => storage.run(value, fn), get: () => storage.getStore() };
}

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  return {
    name: "node",
    version: process.versions.node,
    pid: process.pid,
    cores: usableCores,
    startThread: startWorkerThread,
    startChild: (url) => startChildProcess("node", url),
    parentPipe,
    scope: workerThreadScope(),
    asyncLocal,
    nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
    lifeline: () => {
      const timer = setInterval(() => {}, LONGEST_TIMER_MS).unref();
      let holds = 0;
      return {
        hold: () => void (holds++ === 0 && timer.ref()),
        release: () => void (--holds === 0 && timer.unref()),
      };
    },
    serialize,
    deserialize,
    writeError: (text) => writeAtOnce(2, Buffer.from(text)),
    channel,
    inspect: (value) => inspect(value),
    sockets: () => import("./sockets.ts"),
    warn: (message, code) => process.emitWarning(message, { code }),
  };
}
