import { LONGEST_TIMER_MS } from "../core/deadline.ts";
import { builtin } from "./builtin.ts";
import { parentPipe } from "./child_process.ts";
import { process } from "./host_process.ts";
import { assertCoreLimit, usableCores } from "./usable_cores.ts";
import { writeAtOnce } from "./line_output.ts";
import type { AsyncLocal, Lifeline, Runtime } from "./port.ts";

const asyncHooks = builtin<typeof import("node:async_hooks")>("node:async_hooks");
const buffer = builtin<typeof import("node:buffer")>("node:buffer");
const diagnostics = builtin<typeof import("node:diagnostics_channel")>("node:diagnostics_channel");
const timers = builtin<typeof import("node:timers")>("node:timers");
const util = builtin<typeof import("node:util")>("node:util");
const v8 = builtin<typeof import("node:v8")>("node:v8");

function asyncLocal<T>(): AsyncLocal<T> {
  const storage = new (asyncHooks().AsyncLocalStorage)<T>();
  return { run: (value, fn) => storage.run(value, fn), get: () => storage.getStore() };
}

// One timer for all lifelines of a thread, since a timer of each would stay when the lifeline is forgotten.
let timer: NodeJS.Timeout | undefined;
let held = 0;

function lifeline(): Lifeline {
  timer ??= timers().setInterval(() => {}, LONGEST_TIMER_MS).unref();
  let holds = 0;
  return {
    hold: () => void (holds++ === 0 && held++ === 0 && timer!.ref()),
    release: () => void (--holds === 0 && --held === 0 && timer!.unref()),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => timers().setImmediate(resolve));
}

/** What Node, Deno and Bun do alike, through the modules and globals that come from Node. */
export function nodeSide(): Omit<Runtime, "name" | "startThread" | "startChild" | "scope"> {
  return {
    version: process.versions.node,
    pid: process.pid,
    cores: usableCores,
    assertCoreLimit,
    parentPipe,
    asyncLocal,
    nextTurn,
    hearThreads: nextTurn,
    lifeline,
    uncleared: (length) => new Uint8Array(buffer().Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer),
    copy: (target, source) => target.set(source),
    asciiReader: ({ buffer: memory, byteOffset, length }) => {
      const bytes = buffer().Buffer.from(memory, byteOffset, length);
      return (start, end) => bytes.toString("latin1", start, end);
    },
    sharesText: false,
    serialize: (value) => v8().serialize(value),
    deserialize: (bytes) => v8().deserialize(bytes),
    writeError: (text) => writeAtOnce(2, buffer().Buffer.from(text)),
    channel: (name) => diagnostics().channel(name),
    memory: () => {
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heap: heapUsed + external, resident: rss };
    },
    inspect: (value) => util().inspect(value),
    sockets: () => import("./sockets.ts"),
    keepHeapSmall: () => {},
    warn: (message, code) => process.emitWarning(message, { code }),
  };
}
