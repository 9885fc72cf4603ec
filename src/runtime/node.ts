import { writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import type { Runtime } from "./port.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  return {
    name: "node",
    version: process.versions.node,
    cores: availableParallelism,
    startThread: startWorkerThread,
    scope: workerThreadScope(),
    writeError: (text) => void writeSync(2, text),
    warn: (message, code) => process.emitWarning(message, { code }),
  };
}
