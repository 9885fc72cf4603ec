import { HOST_BYTES } from "../channel/link_layout.ts";
import { aborted } from "../core/aborted.ts";
import { type SettleOptions, settlesUnless, settlesWithin } from "../core/deadline.ts";
import { deferred } from "../core/deferred.ts";
import { type ExitReason, InterruptedError, ManyhandsError } from "../core/errors.ts";
import { Grace } from "../core/grace.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import { runtime } from "../runtime/current.ts";
import type { Lifeline } from "../runtime/port.ts";
import { defineTask, type TaskDeps, type TaskLike } from "./define_task.ts";
import { assertMayStart } from "./main_guard.ts";
import { loadTask } from "./load_task.ts";
import { encodeCall, type ProcessCall, type ProcessInstance } from "./process_call.ts";
import { instanceToRun, rebuildProcess, type RebuiltParts } from "./process_class.ts";
import type { ProcessOptions } from "./process_options.ts";
import { describeProcess } from "./process_text.ts";
import { identityFor, nextChildPath, ownIdentity, parentIdentity } from "./process_identity.ts";
import { emit } from "./reporting.ts";
import { startJourney } from "./start_journey.ts";
import { encodingBy, type StartMethod, startMethod } from "./start_method.ts";
import { type WorkerEnd, WorkerHandle } from "./worker_handle.ts";

/** Milliseconds that `terminate` leaves a process to end by itself. */
const TERMINATE_GRACE_MS = 200;
/** Milliseconds that `interrupt` leaves it. */
const INTERRUPT_GRACE_MS = 100;
const INTERRUPTED = 1;
const TERMINATED = -15;
const KILLED = -9;

const active: Set<Process> = new Set();
let lifeline: Lifeline | undefined;
let isRebuilding = false;

/** What keeps the program alive, one for all processes. */
function life(): Lifeline {
  return lifeline ??= runtime.lifeline();
}

/**
 * The processes that this one has started and that have not ended. Workers of pools are not among them.
 * Python: `multiprocessing.active_children()`.
 *
 * @example
 * ```ts
 * import { activeChildren } from "@manyhands/manyhands";
 *
 * console.log(activeChildren()); // []
 * ```
 */
export function activeChildren(): Process[] {
  return [...active];
}

/**
 * A function that runs by itself, in a thread with globals of its own. Python: `multiprocessing.Process`.
 *
 * The process ends when its target has returned and its timers and its own children have ended. An error that its target
 * does not catch is printed on standard error, kept as `error`, and makes the exit code 1.
 *
 * @example
 * ```ts
 * import { Process } from "@manyhands/manyhands";
 *
 * const process = new Process({ target: (x: number) => console.log(`${x} doubled to ${2 * x}`), args: [5] });
 * process.start();
 * await process.join();
 * console.log(process.name, process.exitCode); // Process-1 0
 * ```
 */
export class Process<A extends unknown[] = never[]> {
  /** URL of the module that exports a subclass, which sets it to `import.meta.url`. See `run`. */
  static readonly module: string | URL | undefined = undefined;
  /** Its name; need not be unique. */
  readonly name: string;
  /** Whether it leaves the end of the program alone. */
  readonly daemon: boolean;
  /**
   * Resolves with the exit code when the process has ended. Unlike `join`, waiting for it does not keep the program
   * alive for a daemon.
   */
  readonly exited: Promise<number>;
  /** Whether this is the instance in the process itself, made again there. */
  readonly #isSelf = isRebuilding;
  readonly #path: readonly number[] = isRebuilding ? [] : nextChildPath();
  readonly #exit = deferred<number>();
  readonly #method: StartMethod;
  #call: { task: TaskLike | undefined; args: readonly unknown[]; deps: TaskDeps | undefined } | undefined;
  #handle: WorkerHandle | undefined;
  #ident: number | null = null;
  #pid: number | null = null;
  #forced: { code: number; reason: ExitReason } | undefined;
  #isInterrupted = false;
  #exitCode: number | null = null;
  #exitReason: ExitReason | null = null;
  #error: unknown;
  #isClosed = false;

  /**
   * Makes the process; `start` starts it.
   *
   * @throws {TypeError} where there is neither a target nor a `run` of a subclass, the name is no string, or
   * `daemon` is no boolean
   * @throws {RangeError} where there is no such context
   */
  constructor(options: ProcessOptions<A> = {}) {
    const { target, args, name, daemon = ownIdentity().daemon, deps, context } = options;
    this.#method = startMethod(context);
    if (target === undefined && !isRebuilding && this.run === Process.prototype.run) {
      throw new TypeError("Cannot make a Process: expected a target, found undefined");
    }
    if (name !== undefined && typeof name !== "string") {
      throw new TypeError(`Cannot name a Process: expected a string, found ${typeof name}`);
    }
    if (args !== undefined && typeof (args as Iterable<unknown>)?.[Symbol.iterator] !== "function") {
      throw new TypeError(`Cannot make a Process: expected a list of args, found ${typeof args}`);
    }
    if (typeof daemon !== "boolean") {
      throw new TypeError(`Cannot make a Process: expected daemon to be true or false, found ${typeof daemon}`);
    }
    this.name = name ?? `Process-${this.#path.join(":")}`;
    this.daemon = daemon;
    this.exited = this.#exit.promise;
    this.#call = { task: target as TaskLike | undefined, args: args ?? [], deps };
  }

  /**
   * What the process does: calls the target. A subclass may do something else; its module exports it and it says where
   * that is, `static override readonly module = import.meta.url`. Where it is started, its own enumerable fields are
   * copied, as arguments are; the process loads the module, and calls `run` of an instance with those fields. Neither its
   * constructor nor its field initialisers run there, and private fields (`#name`) are not there. May be async.
   *
   * @example
   * ```ts ignore
   * import { isMainProcess, Process } from "@manyhands/manyhands";
   *
   * export class Greeter extends Process {
   *   static override readonly module = import.meta.url;
   *   readonly whom: string;
   *
   *   constructor(whom: string) {
   *     super();
   *     this.whom = whom;
   *   }
   *
   *   override run() {
   *     console.log(`Hello, ${this.whom}, from ${this.name}`);
   *   }
   * }
   *
   * if (isMainProcess) {
   *   const greeter = new Greeter("world");
   *   greeter.start();
   *   await greeter.join();
   * }
   * ```
   */
  run(): unknown {
    if (this.#call?.task === undefined) return undefined;
    const { task, args, deps } = this.#call;
    if (typeof task === "function") return (task as (...given: unknown[]) => unknown)(...args);
    return loadTask(defineTask(task, deps)).then((target) => target(...args));
  }

  /** Where the process finds the class, unless `run` is ours. */
  #instance(): ProcessInstance | undefined {
    if (this.run === Process.prototype.run) return undefined;
    return instanceToRun(this);
  }

  /**
   * Starts the process, once.
   *
   * @throws {ManyhandsError} with code `ERR_PROCESS_STARTED` where it was started before, `ERR_PROCESS_CLOSED` after
   * `close`
   * @throws {TaskEncodingError} where an argument cannot be sent
   * @throws {TaskLoadError} where the target cannot be sent
   * @throws {MainGuardError} while a worker loads a module: put it behind `if (isMainProcess)`
   */
  start(): void {
    this.#assertOpen();
    if (this.#call === undefined || this.#isSelf) {
      throw new ManyhandsError("ERR_PROCESS_STARTED", `Cannot start ${this.name} twice`);
    }
    assertMayStart("a Process");
    const { task, args, deps } = this.#call;
    const encode = (): ProcessCall => encodeCall(task && defineTask(task, deps), args, this.#instance());
    const identity = identityFor(this.name, this.daemon, { childPath: this.#path });
    const start = (call: ProcessCall): WorkerHandle =>
      new WorkerHandle(this.name, this.#method, new SharedArrayBuffer(HOST_BYTES), identity, { call });
    this.#handle = startJourney(() => encodingBy(this.#method, "child", encode), start);
    // Python lets go of them here too, so that they can be collected.
    this.#call = undefined;
    ({ ident: this.#ident, pid: this.#pid } = this.#handle.identity);
    if (!this.daemon) life().hold();
    active.add(this as unknown as Process);
    emit("manyhands:process:start", () => ({ name: this.name, ident: identity.own.ident }));
    void this.#handle.ended.then((end) => this.#onEnd(end));
  }

  #onEnd({ code, error }: WorkerEnd): void {
    active.delete(this as unknown as Process);
    const { code: exitCode, reason } = this.#forced ?? { code, reason: this.#reason(code, error) };
    this.#exitCode = exitCode;
    this.#exitReason = reason;
    if (this.#forced === undefined) this.#error = error;
    if (!this.daemon) life().release();
    emit("manyhands:process:end", () => ({ name: this.name, ident: this.#ident!, exitCode, error: this.#error }));
    this.#exit.resolve(this.#exitCode);
  }

  #reason(code: number, error: unknown): ExitReason {
    if (error === undefined) return code < 0 ? "killed" : "exit";
    const isInterruption = error instanceof InterruptedError ||
      (error instanceof Error && error.cause instanceof InterruptedError);
    return this.#isInterrupted && isInterruption ? "interrupted" : "error";
  }

  /**
   * Waits until the process has ended, at most `timeout` milliseconds; may be called again. Keeps the program alive
   * meanwhile. Rejects with the reason of an aborted `signal`. Python's `join` returns nothing.
   *
   * @returns whether it has ended
   * @throws {ManyhandsError} with code `ERR_PROCESS_NOT_STARTED` before `start`, `ERR_PROCESS_CLOSED` after `close`
   * @throws {RangeError} if the timeout is no number
   */
  async join(options?: number | SettleOptions): Promise<boolean> {
    this.#started("join");
    if (this.#exitCode !== null) return true;
    life().hold();
    try {
      return await settlesUnless(this.exited, options);
    } finally {
      life().release();
    }
  }

  /**
   * Asks the process to end: aborts `currentProcess().signal` there, and ends the waits that are pending in it with an
   * `InterruptedError`. What has not ended after 100 ms is terminated. The exit code is 1 and the reason `"interrupted"`,
   * unless the target has caught the error and ended in time by itself. Does nothing where it has ended.
   *
   * @throws {ManyhandsError} with code `ERR_PROCESS_NOT_STARTED` before `start`, `ERR_PROCESS_CLOSED` after `close`
   */
  interrupt(): void {
    const handle = this.#started("interrupt");
    if (this.#exitCode !== null || this.#isInterrupted) return;
    this.#isInterrupted = true;
    handle.interrupt();
    void settlesWithin(this.exited, INTERRUPT_GRACE_MS).then((hasEnded) => {
      if (hasEnded || this.#forced !== undefined) return;
      this.#forced = { code: INTERRUPTED, reason: "interrupted" };
      void handle.stop(new Grace(TERMINATE_GRACE_MS));
    });
  }

  /**
   * Ends the process: tells it to stop, and ends it by force where it has not after 200 ms. Does nothing where it has
   * ended. What its runtime cannot end is reported by a warning. No `finally` block runs. The exit code becomes -15.
   *
   * @throws {ManyhandsError} with code `ERR_PROCESS_NOT_STARTED` before `start`, `ERR_PROCESS_CLOSED` after `close`
   */
  terminate(): void {
    this.#end("terminate", TERMINATED, TERMINATE_GRACE_MS);
  }

  /** `terminate` without the time to end by itself. The exit code becomes -9. */
  kill(): void {
    this.#end("kill", KILLED, 0);
  }

  #end(verb: string, code: number, grace: number): void {
    const handle = this.#started(verb);
    if (this.#exitCode !== null) return;
    this.#forced = { code, reason: "killed" };
    void handle.stop(new Grace(grace));
  }

  /**
   * Gives the handle up: after that only `name`, `daemon` and `close` may be used. May be called again.
   *
   * @throws {ManyhandsError} with code `ERR_PROCESS_RUNNING` while the process runs
   */
  close(): void {
    if (this.#handle !== undefined && this.#exitCode === null) {
      throw new ManyhandsError("ERR_PROCESS_RUNNING", `Cannot close ${this.name}: it runs; join or terminate it first`);
    }
    this.#isClosed = true;
    this.#handle = undefined;
    this.#call = undefined;
  }

  /** Whether it was started and has not ended. Throws `ERR_PROCESS_CLOSED` after `close`. */
  isAlive(): boolean {
    this.#assertOpen();
    return this.#isSelf || (this.#handle !== undefined && this.#exitCode === null);
  }

  /** Number of the operating system's process in which it runs, for a thread this program's; `null` before `start`. */
  get pid(): number | null {
    this.#assertOpen();
    return this.#isSelf ? runtime.pid : this.#pid;
  }

  /** Number that no other process of the tree has; `null` before `start`. */
  get ident(): number | null {
    this.#assertOpen();
    return this.#isSelf ? ownIdentity().ident : this.#ident;
  }

  /**
   * `null` until it has ended; 0 after its target returned, 1 after an uncaught error, -15 after `terminate`, -9 after
   * `kill`, 1 after `interrupt`, or what it gave to `process.exit`.
   */
  get exitCode(): number | null {
    this.#assertOpen();
    return this.#exitCode;
  }

  /**
   * How it ended: `"exit"` by itself, `"error"` by an uncaught error, `"interrupted"` by `interrupt`, `"killed"` by
   * `terminate` or `kill`; `null` until then.
   */
  get exitReason(): ExitReason | null {
    this.#assertOpen();
    return this.#exitReason;
  }

  /** The uncaught error that ended it, or `undefined`. */
  get error(): unknown {
    this.#assertOpen();
    return this.#error;
  }

  #readiness(): Readiness {
    this.#started("wait for");
    return {
      isReady: () => this.#exitCode !== null,
      whenReady: async (signal) => {
        await Promise.race([this.exited, aborted(signal)]);
      },
    };
  }

  /** Such as `<Process name='Process-1' pid=12 parent=12 stopped exitcode=-SIGTERM daemon>`; consoles show it too. */
  toString(): string {
    if (this.#isClosed) return describeProcess({ kind: this.constructor.name, name: this.name, status: "closed" });
    const isRunning = this.isAlive();
    return describeProcess({
      kind: this.constructor.name,
      name: this.name,
      pid: this.pid,
      parent: this.#isSelf ? parentIdentity()?.pid : ownIdentity().pid,
      status: isRunning ? "started" : this.#handle === undefined ? "initial" : "stopped",
      exitCode: this.#exitCode,
      daemon: this.daemon,
    });
  }

  static {
    Object.defineProperties(this.prototype, {
      [waitable]: {
        value(this: Process) {
          return this.#readiness();
        },
      },
      [Symbol.for("nodejs.util.inspect.custom")]: {
        value(this: Process) {
          return this.toString();
        },
      },
    });
    Object.defineProperty(this, rebuildProcess, { value: rebuild });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new ManyhandsError("ERR_PROCESS_CLOSED", `Cannot use ${this.name}: it is closed`);
  }

  #started(verb: string): WorkerHandle {
    this.#assertOpen();
    if (this.#handle !== undefined) return this.#handle;
    const why = this.#isSelf ? "it is the process that runs this" : "it was not started";
    throw new ManyhandsError("ERR_PROCESS_NOT_STARTED", `Cannot ${verb} ${this.name}: ${why}`);
  }
}

/** Ready for `wait` once it has ended; before `start` that throws `ERR_PROCESS_NOT_STARTED`. Python: `sentinel`. */
export interface Process<A extends unknown[] = never[]> extends Waitable {}

/** Makes an instance again in the process that is to run it: its constructor has run where it comes from. */
function rebuild(this: typeof Process, { fields, target, args }: RebuiltParts): Process {
  isRebuilding = true;
  try {
    const { name, daemon } = ownIdentity();
    return Object.assign(Reflect.construct(Process, [{ target, args, name, daemon }], this) as Process, fields);
  } finally {
    isRebuilding = false;
  }
}
