import type { Sockets } from "./sockets.ts";

/** Names of the runtimes that there is an adapter for. */
export type RuntimeName = "node" | "deno" | "bun";

/** How a thread ended. `error` is what ended it, where its runtime told. */
export interface ThreadEnd {
  readonly code: number;
  readonly error?: unknown;
  /** Whether the system had no room for it, so that it never began. */
  readonly isUnstarted?: boolean;
}

/** The starting side of a thread. */
export interface Thread {
  /** Sends a structured clone to the thread. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the thread has ended. */
  onEnd(listener: (end: ThreadEnd) => void): void;
  /** Ends the thread by force. Resolves when its runtime says that it did, which Deno says too early of a busy one. */
  terminate(): Promise<void>;
}

/** Bytes of memory in use. */
export interface MemoryUse {
  /** Of this thread: its heap, garbage included, and on Node and Deno the array buffers that it holds. */
  readonly heap: number;
  /** Of this process of the operating system, as the system counts. */
  readonly resident: number;
}

/** How to start a thread. */
export interface ThreadOptions {
  /** Structured-cloned to the thread, where `ThreadScope.onStart` gets it. */
  readonly data: unknown;
  readonly name: string;
  /**
   * Mebibytes that the thread's new and old objects take at most, for a runtime that lets them take tens of them before it
   * collects what is garbage.
   */
  readonly heapMebibytes?: { readonly young: number; readonly old?: number };
}

/** A started thread's own side. */
export interface ThreadScope {
  /** Calls `listener` with what the starter gave as `ThreadOptions.data`, once. To be called while the entry module runs. */
  onStart(listener: (data: unknown) => void): void;
  /** Sends a structured clone, but for the buffers that are `moved`, which this thread has no more then. */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /**
   * Calls `report` with an uncaught error or unhandled rejection of this thread and then, when the report is made, ends
   * the thread with code 1.
   */
  onFatal(report: (error: unknown) => void | Promise<void>): void;
  /** Calls `listener` when this thread ends by itself, also by `exit`; nothing that it begins goes on. */
  onExit(listener: () => void): void;
  /** Lets the console and the standard streams of this thread write each line at once and whole. */
  printWholeLines(): void;
  /** Ends this thread. */
  exit(code: number): void;
}

/** The starting side of a child: this runtime once more, as a process of its own of the operating system. */
export interface ChildProcess {
  /** `undefined` where it could not be started. */
  readonly pid: number | undefined;
  send(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the process has ended and said all. `code` is below 0 where a signal ended it: its number. */
  onEnd(listener: (end: ThreadEnd) => void): void;
  /** Ends the process at once, whatever it does. */
  kill(): void;
}

/** A child's own side. */
export interface ParentPipe {
  /** Sends before it returns. */
  send(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called when the parent is gone. */
  onEnd(listener: () => void): void;
  exit(code: number): void;
  /** Ends this process at once, with all its threads, whatever they do. */
  die(): void;
}

/** A value for what a function leads to, also after it has waited. */
export interface AsyncLocal<T> {
  run<R>(value: T, fn: () => R): R;
  get(): T | undefined;
}

/** Keeps the program from ending by itself until each `hold` has had its `release`. */
export interface Lifeline {
  hold(): void;
  release(): void;
}

/** What the layers above may ask of a runtime; the adapters implement it. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly version: string;
  /** Number of the operating system's process. */
  readonly pid: number;
  /** Cores that this process may use. */
  cores(): number;
  /** Throws where `cores` would, without the rest of its work. */
  assertCoreLimit(): void;
  /** Starts a thread that runs the module at `url`. */
  startThread(url: URL, options: ThreadOptions): Thread;
  /** Starts a process that runs the module at `url`. */
  startChild(url: URL): ChildProcess;
  /** This process's own side, where it is one that `startChild` started. */
  parentPipe(): ParentPipe;
  /** This thread's own side, where it is one that `startThread` started. */
  readonly scope: ThreadScope | undefined;
  /** A new `AsyncLocal`, without a value outside of `run`. */
  asyncLocal<T>(): AsyncLocal<T>;
  /** Resolves after the event loop's turn, so that timers and messages get theirs. */
  nextTurn(): Promise<void>;
  /** The same for a thread that always has something to do: resolves when the messages of other threads had their turn, too. */
  hearThreads(): Promise<void>;
  /** A hold on the program's life, not held at first. */
  lifeline(): Lifeline;
  /** New bytes, not cleared where the runtime can leave that out: all of them are to be written. */
  uncleared(length: number): Uint8Array<ArrayBuffer>;
  /** Copies all of `source` to `target`, which has its length and another place, by the quickest way to and from shared memory. */
  copy(target: Uint8Array, source: Uint8Array): void;
  /** What gives ASCII from a start to an end in `bytes`, which may be shared, as text: without a check, and quicker for it. */
  asciiReader(bytes: Uint8Array): (start: number, end: number) => string;
  /** Whether a thread that is sent a message without objects in it shares the characters of its long texts. */
  readonly sharesText: boolean;
  /** Bytes of a structured clone, for a thread or process of the same runtime. Throws where it cannot be cloned. */
  serialize(value: unknown): Uint8Array;
  /** The clone that `serialize` made bytes of. */
  deserialize(bytes: Uint8Array): unknown;
  /** Writes to the standard error stream at once, also from a thread whose starter is busy. */
  writeError(text: string): void;
  /** A channel of `node:diagnostics_channel`. */
  channel(name: string): { readonly hasSubscribers: boolean; publish(message: unknown): void };
  /** Bytes of memory: this thread's own heap, with what it holds outside of it, and all of the process. */
  memory(): MemoryUse;
  /** A value as text for people. */
  inspect(value: unknown): string;
  /** Sockets, loaded when they are first asked for, since few programs need them. */
  sockets(): Promise<Sockets>;
  /**
   * Keeps the heap of a program small rather than quick, where the runtime can be told so. `forUsers`: the threads run
   * functions of others, of whose objects nothing is known; a tenth of the speed is given for that.
   */
  keepHeapSmall(forUsers?: boolean): void;
  /** Writes a warning the way the runtime shows warnings. */
  warn(message: string, code: string): void;
}
