import { settlesWithin } from "../core/deadline.ts";
import { type Deferred, deferred } from "../core/deferred.ts";
import { PoolClosedError, RemoteError, WorkerLostError } from "../core/errors.ts";
import { taskReferenceOf } from "../core/task_reference.ts";
import { kernelModule } from "../kernels/instance.ts";
import type { TextKernel } from "../kernels/text_kernel.ts";
import { recoverHeap } from "../memory/allocator.ts";
import { linearMemory } from "../memory/linear_memory.ts";
import { recordOwnerDeath } from "../memory/owner_deaths.ts";
import { runtime } from "../runtime/current.ts";
import type { Lifeline, Thread, ThreadEnd } from "../runtime/port.ts";
import type { CrewAnswer, CrewInit, CrewRequest, CrewTask } from "./crew_messages.ts";
import type { InputFile } from "./input_file.ts";
import { OwnThread } from "./own_thread.ts";
import type { WorkerProgress } from "./report.ts";
import type { RunnerPool } from "./task_runner.ts";

/** Text is not among a worker's objects; Node would let the new ones take three times 16 MiB. */
const HEAP_MEBIBYTES = { young: 3, old: 64 };

/** Milliseconds that an idle worker may take to end by itself before it is ended by force. */
const END_GRACE = 1000;

/** Milliseconds of work on the program's own thread before others are started: about what one takes for that. */
const HEAD_START = 20;

/** How a crew works. */
export interface CrewOptions {
  /** The module that each thread runs, which answers as `crew_main.ts` does. */
  readonly entry?: URL;
  /** What they run in place of lower-casing. */
  readonly kernel?: TextKernel | undefined;
  /**
   * Whether the program's own thread is the first of the workers, and starts the others when it has been at work for a
   * while: for a thread that has little else to do.
   */
  readonly usesOwnThread?: boolean;
}

interface Call extends Deferred<unknown> {
  readonly request: CrewTask;
}

interface Member {
  readonly name: string;
  readonly thread: Thread;
  readonly ended: Promise<void>;
  /** Whether it came up. */
  isUp: boolean;
  /** Whether its end was asked of the runtime. */
  isForced: boolean;
  /** What it works on, and what it is given ahead. */
  readonly calls: Call[];
  /** How many calls it is given at a time. */
  readonly depth: number;
  tasks: number;
  bytesIn: number;
}

/** The file that a call is about, by its first argument: an input, or the first of many. */
function pathOf({ request: { args: [first] } }: Call): string {
  const { path } = ((Array.isArray(first) ? first[0] : first) ?? {}) as Partial<InputFile>;
  return typeof first === "string" ? first : path ?? "(stream)";
}

/** Bytes of text that a task says it took. */
function consumedBy(result: unknown): number {
  let sum = 0;
  for (const outcome of (Array.isArray(result) ? result : [result]) as { done?: { consumed?: number } }[]) {
    sum += outcome.done?.consumed ?? 0;
  }
  return sum;
}

/**
 * The workers of one text run. They know only the tasks of the pipeline, so that they start in a third of the time of a
 * pool's. A worker that is lost fails its own task and is replaced.
 */
export class Crew implements RunnerPool {
  readonly #members: Set<Member> = new Set();
  readonly #waiting: Call[] = [];
  readonly #life: Lifeline = runtime.lifeline();
  #started = 0;
  #isEnding = false;
  /** Why there are no workers any more. */
  #ruin: WorkerLostError | undefined;

  readonly #options: CrewOptions;
  /** Workers that are started once the program's own thread does not come to an end by itself. */
  #reserve = 0;
  /** When the own thread was given its first task. */
  #began: number | undefined;

  constructor(workers: number, options: CrewOptions = {}) {
    this.#options = options;
    const { usesOwnThread = false } = options;
    if (usesOwnThread) {
      this.#addOwn();
      this.#reserve = workers - 1;
    } else for (let count = 0; count < workers; count++) this.#start();
  }

  /** What each worker does. */
  get workers(): readonly WorkerProgress[] {
    return Array.from(this.#members, ({ name, tasks, bytesIn, calls: [call] }) => ({
      name,
      tasks,
      bytesIn,
      path: call === undefined ? undefined : pathOf(call),
    }));
  }

  get spared(): number {
    return this.#reserve;
  }

  /** Runs a task of `file_tasks.ts` on the next free worker, in the order of asking. */
  // deno-lint-ignore no-explicit-any
  apply<R, A extends any[]>(fn: (...args: A) => R, args: A): Promise<R> {
    const task = taskReferenceOf(fn)?.name;
    if (task === undefined) throw new TypeError("Cannot run a function that is no task of the text pipeline");
    if (this.#isEnding) return Promise.reject(new PoolClosedError("Cannot run a task: the workers have ended"));
    if (this.#ruin !== undefined) return Promise.reject(this.#ruin);
    const call: Call = { ...deferred<unknown>(), request: { task, args } };
    this.#life.hold();
    this.#waiting.push(call);
    this.#dispatch();
    return call.promise.finally(() => this.#life.release()) as Promise<R>;
  }

  /** Ends the workers, by force where they are busy; what they were asked for is rejected. */
  async terminate(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const closed = new PoolClosedError("The run ended before its task");
    for (const call of this.#waiting.splice(0)) call.reject(closed);
    await Promise.all([...this.#members].map(async (member) => {
      const isBusy = member.calls.length > 0;
      for (const call of member.calls) call.reject(closed);
      if (!isBusy) {
        member.thread.post({ task: undefined } satisfies CrewRequest);
        if (await settlesWithin(member.ended, END_GRACE)) return;
      }
      member.isForced = true;
      await settlesWithin(member.thread.terminate(), END_GRACE);
    }));
  }

  #start(): void {
    const init: CrewInit = { memory: linearMemory(), kernels: kernelModule(), kernel: this.#options.kernel };
    const name = this.#nextName();
    const thread = runtime.startThread(this.#options.entry ?? crewUrl(), {
      data: init,
      name,
      heapMebibytes: HEAP_MEBIBYTES,
    });
    // While the program's own thread is at a task it hands out no other.
    this.#add(name, thread, this.#options.usesOwnThread ? 2 : 1);
  }

  #addOwn(): void {
    const thread = new OwnThread();
    const member = this.#add(this.#nextName(), thread, 1);
    member.isUp = true;
  }

  #nextName(): string {
    return `text-worker-${++this.#started}`;
  }

  #add(name: string, thread: Thread, depth: number): Member {
    const ended = deferred<void>();
    const member: Member = {
      name,
      thread,
      depth,
      ended: ended.promise,
      isUp: false,
      isForced: false,
      calls: [],
      tasks: 0,
      bytesIn: 0,
    };
    this.#members.add(member);
    let owner = 0;
    thread.onMessage((message) => {
      const answer = message as CrewAnswer;
      if ("owner" in answer) {
        owner = answer.owner;
        member.isUp = true;
      } else this.#take(member, answer);
      this.#dispatch();
    });
    thread.onEnd((end) => {
      this.#members.delete(member);
      // Deno says so of a busy thread that goes on.
      if (!member.isForced || runtime.name !== "deno") {
        recoverHeap(owner);
        recordOwnerDeath(owner);
      }
      if (!this.#isEnding) this.#lose(member, end);
      ended.resolve();
    });
    return member;
  }

  #take(member: Member, answer: Exclude<CrewAnswer, { owner: number }>): void {
    const call = member.calls.shift()!;
    member.tasks++;
    if ("result" in answer) {
      member.bytesIn += consumedBy(answer.result);
      call.resolve(answer.result);
    } else call.reject(new RemoteError(answer.thrown.name, answer.thrown.message, answer.thrown.stack));
  }

  #dispatch(): void {
    this.#callReserve();
    while (this.#waiting.length > 0) {
      const member = this.#leastBusy();
      if (member === undefined) return;
      const call = this.#waiting.shift()!;
      member.calls.push(call);
      member.thread.post(call.request);
    }
  }

  #leastBusy(): Member | undefined {
    let least: Member | undefined;
    for (const member of this.#members) {
      const count = member.calls.length;
      if (member.isUp && count < member.depth && (least === undefined || count < least.calls.length)) least = member;
    }
    return least;
  }

  #callReserve(): void {
    this.#began ??= performance.now();
    if (this.#reserve === 0 || performance.now() - this.#began < HEAD_START) return;
    for (; this.#reserve > 0; this.#reserve--) this.#start();
  }

  #lose(member: Member, { code, error }: ThreadEnd): void {
    const how = error instanceof Error
      ? `an uncaught error ended it: ${error.message}`
      : `it ended with exit code ${code}`;
    const loss = new WorkerLostError(
      `${member.name} was lost: ${how}`,
      // Bun gives code 0 to a thread that an uncaught error ended.
      {
        exitReason: error === undefined ? "exit" : "error",
        exitCode: error === undefined ? code : code || 1,
        taskIndex: 0,
      },
      error === undefined ? undefined : { cause: error },
    );
    const [lost, ...ahead] = member.calls;
    lost?.reject(loss);
    this.#waiting.unshift(...ahead);
    if (member.isUp) this.#start();
    // Where not even one came up the next would not either.
    else if (this.#members.size === 0) {
      this.#ruin = loss;
      for (const call of this.#waiting.splice(0)) call.reject(loss);
    }
    this.#dispatch();
  }
}

/** The module that a worker runs. Each branch is a literal, so that bundlers and registries find it. */
function crewUrl(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("./crew_main.ts", import.meta.url)
    : new URL("./crew_main.js", import.meta.url);
}
