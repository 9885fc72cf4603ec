import { HOST_BYTES } from "../channel/link_layout.ts";
import { settlesWithin } from "../core/deadline.ts";
import { deferred } from "../core/deferred.ts";
import { type ExitReason, ManyhandsError, UnsupportedError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { defineTask, type TaskDeps, type TaskLike } from "./define_task.ts";
import { assertMayStart } from "./main_guard.ts";
import { encodeCall } from "./process_call.ts";
import { identityFor, nextChildPath, ownIdentity } from "./process_identity.ts";
import { type WorkerEnd, WorkerHandle } from "./worker_handle.ts";

/** What a {@linkcode Process} is made of. */
export interface ProcessOptions<A extends unknown[] = never[]> {
  /** What it calls: a function marked by `task` or sent by its source text, or an export of a module. */
  target: TaskLike<A>;
  /** The target's arguments; they are copied when the process starts. Default: none. */
  args?: A;
  /** Default: `"Process-1"` and so on, for children of a process `"Process-1:1"` and so on. */
  name?: string;
  /** It does not hold up the end of the program, and ends with it. Default: that of the process that makes it. */
  daemon?: boolean;
  /** Values and functions that a target sent by its source text uses by name. */
  deps?: TaskDeps;
  /** How it runs; `"worker"`, a thread, is all that there is yet. */
  context?: "worker";
}

/** Milliseconds that `terminate` leaves a process to end by itself. */
const TERMINATE_GRACE_MS = 200;
const TERMINATED = -15;
const KILLED = -9;

const active: Set<Process> = new Set();

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
  /** Its name; need not be unique. */
  readonly name: string;
  /** Whether it leaves the end of the program alone. */
  readonly daemon: boolean;
  /**
   * Resolves with the exit code when the process has ended. Unlike `join`, waiting for it does not keep the program
   * alive for a daemon.
   */
  readonly exited: Promise<number>;
  readonly #path: readonly number[] = nextChildPath();
  readonly #lifeline = runtime.lifeline();
  readonly #exit = deferred<number>();
  #call: { task: TaskLike; args: readonly unknown[]; deps: TaskDeps | undefined } | undefined;
  #handle: WorkerHandle | undefined;
  #ident: number | null = null;
  #forced: number | undefined;
  #exitCode: number | null = null;
  #exitReason: ExitReason | null = null;
  #error: unknown;
  #isClosed = false;

  /**
   * Makes the process; `start` starts it.
   *
   * @throws {TypeError} where there is no target, or the name is no string
   * @throws {UnsupportedError} where `context` is not `"worker"`
   */
  constructor(options: ProcessOptions<A>) {
    const { target, args, name, daemon = ownIdentity().daemon, deps, context = "worker" } = options;
    if (context !== "worker") {
      throw new UnsupportedError(`Cannot make a Process in the context ${String(context)}: only "worker" is there`);
    }
    if (target === undefined) throw new TypeError("Cannot make a Process: expected a target, found undefined");
    if (name !== undefined && typeof name !== "string") {
      throw new TypeError(`Cannot name a Process: expected a string, found ${typeof name}`);
    }
    this.name = name ?? `Process-${this.#path.join(":")}`;
    this.daemon = daemon;
    this.exited = this.#exit.promise;
    this.#call = { task: target as TaskLike, args: args ?? [], deps };
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
    if (this.#call === undefined) {
      throw new ManyhandsError("ERR_PROCESS_STARTED", `Cannot start ${this.name} twice`);
    }
    assertMayStart("a Process");
    const { task, args, deps } = this.#call;
    const call = encodeCall(defineTask(task, deps), args);
    const identity = identityFor(this.name, this.daemon, this.#path);
    this.#handle = new WorkerHandle(this.name, new SharedArrayBuffer(HOST_BYTES), identity, call);
    // Python lets go of them here too, so that they can be collected.
    this.#call = undefined;
    this.#ident = identity.own.ident;
    if (!this.daemon) this.#lifeline.hold();
    active.add(this as unknown as Process);
    void this.#handle.ended.then((end) => this.#onEnd(end));
  }

  #onEnd({ code, error }: WorkerEnd): void {
    active.delete(this as unknown as Process);
    this.#exitCode = this.#forced ?? code;
    this.#exitReason = this.#forced !== undefined ? "killed" : error === undefined ? "exit" : "error";
    if (this.#forced === undefined) this.#error = error;
    if (!this.daemon) this.#lifeline.release();
    this.#exit.resolve(this.#exitCode);
  }

  /**
   * Waits until the process has ended, at most `timeout` milliseconds; may be called again. Keeps the program alive
   * meanwhile. Python's `join` returns nothing.
   *
   * @returns whether it has ended
   * @throws {ManyhandsError} with code `ERR_PROCESS_NOT_STARTED` before `start`, `ERR_PROCESS_CLOSED` after `close`
   */
  async join(timeout: number = Infinity): Promise<boolean> {
    this.#started("join");
    if (this.#exitCode !== null) return true;
    this.#lifeline.hold();
    try {
      return await settlesWithin(this.exited, Math.max(0, timeout));
    } finally {
      this.#lifeline.release();
    }
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
    this.#forced = code;
    void handle.stop(grace);
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
    return this.#handle !== undefined && this.#exitCode === null;
  }

  /** Number of the operating system's process in which it runs, this program's; `null` before `start`. */
  get pid(): number | null {
    this.#assertOpen();
    return this.#handle === undefined ? null : runtime.pid;
  }

  /** Number that no other process of the tree has; `null` before `start`. */
  get ident(): number | null {
    this.#assertOpen();
    return this.#ident;
  }

  /**
   * `null` until it has ended; 0 after its target returned, 1 after an uncaught error, -15 after `terminate`, -9 after
   * `kill`, or what it gave to `process.exit`.
   */
  get exitCode(): number | null {
    this.#assertOpen();
    return this.#exitCode;
  }

  /** How it ended: `"exit"` by itself, `"error"` by an uncaught error, `"killed"` from here; `null` until then. */
  get exitReason(): ExitReason | null {
    this.#assertOpen();
    return this.#exitReason;
  }

  /** The uncaught error that ended it, or `undefined`. */
  get error(): unknown {
    this.#assertOpen();
    return this.#error;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new ManyhandsError("ERR_PROCESS_CLOSED", `Cannot use ${this.name}: it is closed`);
  }

  #started(verb: string): WorkerHandle {
    this.#assertOpen();
    if (this.#handle !== undefined) return this.#handle;
    throw new ManyhandsError("ERR_PROCESS_NOT_STARTED", `Cannot ${verb} ${this.name}: it was not started`);
  }
}
