import { fromCloneForm } from "../channel/clone_form.ts";
import { decodeError, type ErrorData } from "../channel/error_codec.ts";
import { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameSender } from "../channel/frame_sender.ts";
import type { CloneMessage } from "../channel/frames.ts";
import {
  ControlWord,
  createLink,
  type LinkLayout,
  resultRingOffset,
  taskRingOffset,
  WorkerState,
} from "../channel/link_layout.ts";
import "../channel/objects.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import { grantRoom } from "../channel/room_wish.ts";
import { settlesWithin } from "../core/deadline.ts";
import { deferred } from "../core/deferred.ts";
import type { Grace } from "../core/grace.ts";
import { Interrupt } from "../core/interrupt.ts";
import { ABORT_ANY, abortOf } from "../core/task_abort.ts";
import { compiledKernelModule } from "../kernels/thread_kernels.ts";
import { recoverHeap } from "../memory/allocator.ts";
import { buryOverdue, ForcedEnd } from "../memory/forced_ends.ts";
import { linearMemory } from "../memory/linear_memory.ts";
import { recordOwnerDeath } from "../memory/owner_deaths.ts";
import { runtime } from "../runtime/current.ts";
import type { Thread, ThreadEnd } from "../runtime/port.ts";
import { isShortage } from "../runtime/unstarted_thread.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { ChildBridge } from "./child_bridge.ts";
import { Inbox } from "./inbox.ts";
import { ownLife } from "./parent_life.ts";
import { InlineThread } from "./inline_thread.ts";
import type { ProcessCall } from "./process_call.ts";
import type { IdentityInit, ProcessIdentity } from "./process_identity.ts";
import type { StartMethod } from "./start_method.ts";
import type { WorkerInit } from "./worker_init.ts";
import { isWorkerMessage } from "./worker_message.ts";
import { workerUrl } from "./worker_url.ts";

/** How a worker ended. */
export interface WorkerEnd extends ThreadEnd {
  /** Whether it ended because its host asked it to, by its own doing. */
  readonly stopped: boolean;
  /** Whether its runtime could not end it by force: it may go on until its call returns or the program ends. */
  readonly abandoned: boolean;
}

/** What not every worker has. */
export interface WorkerExtras {
  /** The one call that it makes. */
  readonly call?: ProcessCall;
  /** Whether `memory` is kept up to date. */
  readonly tellsMemory?: boolean;
}

/**
 * Milliseconds that a runtime gets to end a thread by force before the thread is given up. By then a thread that goes on
 * has left the steps on shared memory that it was in, which take microseconds, and it begins no other.
 */
const FORCED_END_MS = 1000;

/** The host's end of a worker: its thread and the link to it. */
export class WorkerHandle {
  readonly name: string;
  readonly sender: FrameSender;
  readonly receiver: FrameReceiver;
  readonly inbox: Inbox = new Inbox();
  /** Resolves when the worker has ended, however. */
  readonly ended: Promise<WorkerEnd>;
  /** Who the worker is. */
  readonly identity: ProcessIdentity;
  readonly #thread: Thread;
  readonly #control: Int32Array;
  readonly #bell: Doorbell;
  #wantsSpace = false;
  #forcedEnd: ForcedEnd | undefined;
  readonly #settleEnd: (end: WorkerEnd) => void;

  readonly #isThread: boolean;

  /** Starts the worker by `method`. `hostBell` holds the words of `HostWord`; with a `call` the worker makes that one and ends. */
  constructor(
    name: string,
    method: StartMethod,
    hostBell: SharedArrayBuffer,
    identity: IdentityInit,
    { call, tellsMemory = false }: WorkerExtras = {},
  ) {
    this.name = name;
    const link = createLink();
    this.#control = new Int32Array(link.buffer);
    this.#bell = new Doorbell(this.#control, ControlWord.WorkerAsleep);
    const kernels = compiledKernelModule();
    const parentLife = ownLife();
    const memory = linearMemory();
    const init: WorkerInit = { link, hostBell, memory, kernels, identity, method, parentLife, tellsMemory, call };
    const { thread, own } = startWorker(init);
    this.#thread = thread;
    this.#isThread = method === "worker";
    this.identity = own;
    const ending = deferred<WorkerEnd>();
    this.ended = ending.promise;
    this.#settleEnd = ending.resolve;
    // Messages that were sent before the end may still be on their way.
    void this.ended.then(() => runtime.nextTurn()).then(() => {
      this.inbox.end(new Error(`The answer of ${name} was lost with it`));
    });
    let told: [unknown] | undefined;
    this.#thread.onMessage((message) => {
      if (!isWorkerMessage(message)) return;
      if ("clone" in message) this.inbox.put(message);
      else if ("fatal" in message) told = [decodeError(message.fatal as ErrorData)];
      else told = fromCloneForm(message.thrown) as [unknown];
    });
    this.#thread.onEnd(({ code, error: seen, ...end }) => {
      // The runtime knows of its own of an error that the thread could not tell, or knows less of the same one.
      const error = told === undefined ? seen : told[0];
      // A process of the operating system starts threads of its own.
      const isUnstarted = end.isUnstarted === true || (!this.isReady && isShortage(error));
      const stopped = this.#state() === WorkerState.Stopped;
      Atomics.store(this.#control, ControlWord.Ended, 1);
      Atomics.notify(this.#control, ControlWord.Ended);
      // Of a thread that Deno was told to end nobody knows whether it has: it is given up.
      if (!(this.#forcedEnd !== undefined && runtime.name === "deno")) this.#bury(false);
      const abandoned = !stopped && this.#forcedEnd !== undefined && this.#isBeyondForce(method);
      // Bun gives code 0 to a thread that ends itself after an uncaught error, whatever code it names.
      ending.resolve(
        error === undefined
          ? { code, stopped, abandoned }
          : { code: code || 1, error, stopped, abandoned, isUnstarted },
      );
    });
    this.sender = new FrameSender(
      new RingWriter(link.buffer, taskRingOffset(link), link.capacity),
      (message: CloneMessage) => this.#thread.post(message),
      method === "process" ? "child" : undefined,
    );
    this.receiver = this.#receiver(link);
  }

  #receiver(link: LinkLayout): FrameReceiver {
    const receiver = new FrameReceiver(new RingReader(link.buffer, resultRingOffset(link), link.capacity));
    receiver.onSpace = () => this.grantSpace();
    return receiver;
  }

  /** Passes on to others what the thread held. It has ended, or at least takes nothing any more. */
  #bury(mayLinger: boolean): void {
    if (!this.#isThread) return;
    const owner = Atomics.load(this.#control, ControlWord.HeapOwner);
    if (this.#state() !== WorkerState.Stopped) recoverHeap(owner);
    recordOwnerDeath(owner, mayLinger);
  }

  /** Whether the runtime only says that it has ended such a worker. */
  #isBeyondForce(method: StartMethod): boolean {
    return method === "inline" || (method === "worker" && runtime.name === "deno");
  }

  #state(): number {
    return Atomics.load(this.#control, ControlWord.State);
  }

  /** Whether the worker is awake, or was at its end. */
  get isAwake(): boolean {
    return this.isReady && this.#state() !== WorkerState.Stopped &&
      Atomics.load(this.#control, ControlWord.WorkerAsleep) === 0;
  }

  /** Microseconds that the worker's frames lately took, on average. */
  get frameCost(): number {
    return this.#control[ControlWord.FrameCost]! / 1000;
  }

  /** Whether the worker has come up. */
  get isReady(): boolean {
    return this.#state() !== WorkerState.Starting;
  }

  /** Wakes the worker if it sleeps. */
  wake(): void {
    this.#bell.ring();
  }

  /** Asks the worker to ring when it has taken frames from its ring. */
  wantSpace(): void {
    this.#wantsSpace = true;
    Atomics.store(this.#control, ControlWord.TaskSpaceWanted, 1);
  }

  /** Whether the worker has taken frames from its ring since `wantSpace`. */
  get hasMadeSpace(): boolean {
    return this.#wantsSpace && Atomics.load(this.#control, ControlWord.TaskSpaceWanted) === 0;
  }

  /** The room that was wished for has been looked at. */
  noteSpace(): void {
    this.#wantsSpace = false;
  }

  /** Wakes the worker if it waits for room in the ring to here. Call it after frames were taken from that ring. */
  grantSpace(): void {
    grantRoom(this.#control, ControlWord.ResultSpaceWanted, this.#bell);
  }

  /** Interrupts the worker's call: its signal is aborted, its waits reject. */
  interrupt(): void {
    Atomics.compareExchange(this.#control, ControlWord.Interrupt, Interrupt.None, Interrupt.Asked);
    this.#bell.ring();
  }

  /** Tells a task to end, by the signal that it may ask for. */
  abortTask(id: number): void {
    this.#tellAbort(abortOf(id));
  }

  /** The task has been answered, and its number may come again. */
  forgetAbort(id: number): void {
    if (this.#control[ControlWord.AbortedTask] !== 0) {
      Atomics.compareExchange(this.#control, ControlWord.AbortedTask, abortOf(id), 0);
    }
  }

  #tellAbort(value: number): void {
    Atomics.store(this.#control, ControlWord.AbortedTask, value);
    Atomics.notify(this.#control, ControlWord.AbortedTask);
    this.#bell.ring();
  }

  /** Bytes of memory that the worker has, as it last told; 0 where it was not asked. */
  get memory(): number {
    return this.#control[ControlWord.Memory]! * 1024;
  }

  /**
   * Asks the worker to end, and ends it by force after the grace. Resolves when it is gone, or given up: a busy thread
   * that its runtime cannot end is reported as a warning.
   */
  async stop(grace: Grace): Promise<void> {
    Atomics.store(this.#control, ControlWord.Stop, 1);
    Atomics.notify(this.#control, ControlWord.Stop);
    this.#tellAbort(ABORT_ANY);
    // Where there is no time the end by force begins before this returns.
    if (grace.left > 0 && await grace.covers(this.ended)) return;
    Atomics.store(this.#control, ControlWord.Forced, 1);
    const end = this.#forcedEnd = new ForcedEnd(() => this.#bury(true), FORCED_END_MS);
    const forced = this.#thread.terminate();
    const givenUp = setTimeout(buryOverdue, FORCED_END_MS + 1);
    (givenUp as { unref?: () => void }).unref?.();
    const isForced = await settlesWithin(forced, FORCED_END_MS);
    if (isForced && runtime.name !== "deno") {
      clearTimeout(givenUp);
      end.settle();
    }
    const mayLinger = !isForced || (this.#isThread && runtime.name === "deno" && this.#state() !== WorkerState.Stopped);
    if (mayLinger) {
      runtime.warn(
        `${this.name} was busy when it was told to stop, and this runtime cannot end a busy thread: it may go on ` +
          `until its call returns or the program ends`,
        "MANYHANDS_WORKER_LINGERS",
      );
    }
    this.#settleEnd({ code: 1, stopped: false, abandoned: mayLinger });
  }
}

function startWorker(init: WorkerInit): { thread: Thread; own: ProcessIdentity } {
  const { own } = init.identity;
  if (init.method === "worker") {
    return { thread: runtime.startThread(workerUrl(), { data: init, name: own.name }), own };
  }
  if (init.method === "inline") return { thread: new InlineThread(init), own };
  const thread = new ChildBridge(init);
  return { thread, own: thread.identity };
}
