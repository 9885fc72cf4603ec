import { ManyhandsError } from "../core/errors.ts";
import { Manager } from "../manager/sync_manager.ts";
import { Pool } from "../pool/pool.ts";
import { assertOptionsAlone, type PoolOptions } from "../pool/pool_options.ts";
import { cpuCount } from "../process/cpu_count.ts";
import { currentProcess } from "../process/current_process.ts";
import { parentProcess } from "../process/parent_process.ts";
import { activeChildren, Process } from "../process/process.ts";
import type { ProcessOptions } from "../process/process_options.ts";
import { getAllStartMethods, type StartMethod, startMethod } from "../process/start_method.ts";
import { JoinableQueue } from "../queue/joinable_queue.ts";
import { Pipe } from "../queue/pipe.ts";
import { Queue } from "../queue/queue.ts";
import { SimpleQueue } from "../queue/simple_queue.ts";
import { SharedArray } from "../shared/shared_array.ts";
import { SharedValue } from "../shared/shared_value.ts";
import { Barrier } from "../sync/barrier.ts";
import { Condition } from "../sync/condition.ts";
import { Event } from "../sync/event.ts";
import { Lock } from "../sync/lock.ts";
import { RLock } from "../sync/rlock.ts";
import { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";

/**
 * Everything of this module, with one start method: `getContext` gives it. Python: the objects that
 * `multiprocessing.get_context` returns.
 *
 * Queues, pipes, locks and shared values are the same classes in every context. Their state is shared memory, so in
 * `"process"` they cannot be handed to a child: that is refused where it is sent, with a `TaskEncodingError`. Those of a
 * `Manager` can.
 */
export class Context {
  /** `Process` that starts its processes by this context's method. */
  readonly Process: typeof Process;
  /** `Pool` that starts its workers by this context's method. */
  readonly Pool: typeof Pool;
  /** `Manager` whose server runs by this context's method. Its proxies go to the processes of every context. */
  readonly Manager: typeof Manager;
  /** `Queue`, whatever the method. */
  readonly Queue: typeof Queue = Queue;
  /** `JoinableQueue`. */
  readonly JoinableQueue: typeof JoinableQueue = JoinableQueue;
  /** `SimpleQueue`. */
  readonly SimpleQueue: typeof SimpleQueue = SimpleQueue;
  /** `Pipe`. */
  readonly Pipe: typeof Pipe = Pipe;
  /** `Lock`. */
  readonly Lock: typeof Lock = Lock;
  /** `RLock`. */
  readonly RLock: typeof RLock = RLock;
  /** `Semaphore`. */
  readonly Semaphore: typeof Semaphore = Semaphore;
  /** `BoundedSemaphore`. */
  readonly BoundedSemaphore: typeof BoundedSemaphore = BoundedSemaphore;
  /** `Event`. */
  readonly Event: typeof Event = Event;
  /** `Condition`. */
  readonly Condition: typeof Condition = Condition;
  /** `Barrier`. */
  readonly Barrier: typeof Barrier = Barrier;
  /** `SharedArray`. Python: `Array`. */
  readonly SharedArray: typeof SharedArray = SharedArray;
  /** `SharedValue`. Python: `Value`. */
  readonly SharedValue: typeof SharedValue = SharedValue;
  /** `cpuCount`. */
  readonly cpuCount: typeof cpuCount = cpuCount;
  /** `currentProcess`. */
  readonly currentProcess: typeof currentProcess = currentProcess;
  /** `parentProcess`. */
  readonly parentProcess: typeof parentProcess = parentProcess;
  /** `activeChildren`: of every context. */
  readonly activeChildren: typeof activeChildren = activeChildren;
  /** `getAllStartMethods`. */
  readonly getAllStartMethods: typeof getAllStartMethods = getAllStartMethods;
  readonly #method: StartMethod;

  /** Made by `getContext`. */
  constructor(method: StartMethod) {
    this.#method = method;
    this.Process = processClass(method);
    this.Pool = poolClass(method);
    this.Manager = (options) => Manager({ context: method, ...options });
  }

  /** The context's start method. */
  getStartMethod(): StartMethod {
    return this.#method;
  }

  /**
   * A context has one method for ever.
   *
   * @throws {ManyhandsError} with code `ERR_CONTEXT_SET`, always. Python: `ValueError`
   */
  setStartMethod(): never {
    throw new ManyhandsError("ERR_CONTEXT_SET", `Cannot set the start method of a context: it is ${this.#method}`);
  }
}

function processClass(context: StartMethod): typeof Process {
  const Bound = class<A extends unknown[] = never[]> extends Process<A> {
    constructor(options: ProcessOptions<A> = {}) {
      super({ context, ...options });
    }
  };
  return named(Bound, "Process") as typeof Process;
}

function poolClass(context: StartMethod): typeof Pool {
  const Bound = class extends Pool {
    constructor(options: PoolOptions | number = {}) {
      assertOptionsAlone(arguments.length);
      const given = typeof options === "number" ? { processes: options } : options;
      // What is neither is for the pool itself to refuse.
      super(typeof given === "object" ? { context, ...given } : given);
    }
  };
  return named(Bound, "Pool");
}

function named<C>(Class: C, value: string): C {
  return Object.defineProperty(Class, "name", { value });
}

const contexts: Map<StartMethod, Context> = new Map();

/**
 * The context of a start method: every class of this module, with that method. One method has one context.
 * Python: `multiprocessing.get_context()`.
 *
 * @param method default: that of `getStartMethod`
 * @throws {RangeError} where there is no such method
 *
 * @example
 * ```ts
 * import { getContext, isMainProcess } from "@manyhands/manyhands";
 *
 * if (isMainProcess) {
 *   const { Pool } = getContext("inline");
 *   const pool = new Pool(2);
 *   console.log(await pool.map((x: number) => 2 * x, [1, 2])); // [ 2, 4 ]
 *   await pool.terminate();
 * }
 * ```
 */
export function getContext(method?: StartMethod): Context {
  const known = startMethod(method);
  let context = contexts.get(known);
  if (context === undefined) contexts.set(known, context = new Context(known));
  return context;
}
