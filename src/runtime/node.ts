import { builtin } from "./builtin.ts";
import { startChildProcess } from "./child_process.ts";
import { keepFreedMemory } from "./kept_memory.ts";
import { nodeSide } from "./node_side.ts";
import type { Runtime } from "./port.ts";
import { orUnstarted } from "./unstarted_thread.ts";
import { startWorkerThread, workerThreadScope } from "./worker_threads.ts";

const buffer = builtin<typeof import("node:buffer")>("node:buffer");
const timers = builtin<typeof import("node:timers")>("node:timers");
const v8 = builtin<typeof import("node:v8")>("node:v8");

/** Bytes from which on `copyLong` is faster than `set`. */
const LONG_BYTES = 2048;

/** Bytes from which on a copy is of a block that glibc would have from the system, and give back. */
const LARGE_BYTES = 1 << 18;

/**
 * Milliseconds that a program and its threads get to start. From a change of V8's flags on, Node compiles each of its own
 * modules anew in each thread, since what it has compiled was made with other ones: 20 to 30 ms a thread.
 */
const START_MS = 500;

/** V8's `set` copies to and from shared memory by the word, at a third of the speed; a fill by as many bytes is plain. */
function copyLong(target: Uint8Array, source: Uint8Array): void {
  if (target.length !== source.length) {
    throw new RangeError(`Expected room for ${source.length} bytes, found ${target.length}`);
  }
  buffer().Buffer.prototype.fill.call(target, source);
}

/** The adapter for Node. */
export function nodeRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("node", url);
  const scope = workerThreadScope();
  // What holds for the whole process is not for one of its workers to say.
  let mayKeepFreed = scope === undefined;
  const copyFast = (target: Uint8Array, source: Uint8Array): void => {
    if (mayKeepFreed && source.length >= LARGE_BYTES) {
      mayKeepFreed = false;
      keepFreedMemory();
    }
    copyLong(target, source);
  };
  return {
    ...nodeSide(),
    name: "node",
    startThread: (url, options) => orUnstarted(() => startWorkerThread(url, options)),
    startChild,
    scope,
    copy: (target, source) => source.length < LONG_BYTES ? target.set(source) : copyFast(target, source),
    keepHeapSmall: (forUsers) => {
      mayKeepFreed = false;
      // The space of new objects stays as it is: it would grow to three times 16 MiB, most of it garbage. That goes for
      // the threads that are started later, too.
      if (scope !== undefined) return;
      const keepSpace = (): void => v8().setFlagsFromString("--semi-space-growth-factor=1");
      if (!forUsers) {
        timers().setTimeout(keepSpace, START_MS).unref();
        return;
      }
      keepSpace();
      // Old objects are looked through before there are tens of mebibytes more of them; heaps are made for that.
      v8().setFlagsFromString("--optimize-for-size");
    },
  };
}
