import { encodeError } from "../channel/error_codec.ts";
import { FrameCost } from "../channel/frame_cost.ts";
import { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameSender, NOT_SENT, type SinglePayload } from "../channel/frame_sender.ts";
import { type CloneMessage, FrameKind } from "../channel/frames.ts";
import { ControlWord, HostWord, resultRingOffset, taskRingOffset, WorkerState } from "../channel/link_layout.ts";
import { hasObjectCodec } from "../channel/object_codec.ts";
import { freeBlock } from "../channel/payload_block.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import { grantRoom } from "../channel/room_wish.ts";
import { canLoadMore, loadModules, UnloadedError } from "../core/late_modules.ts";
import { isRetired } from "../core/retirement.ts";
import { adoptStopWord } from "../core/stop_request.ts";
import { TaskAbort } from "../core/task_abort.ts";
import { isThenable } from "../core/thenable.ts";
import { releaseKernelThread } from "../kernels/thread_kernels.ts";
import { adoptOwnerWord } from "../memory/owner_word.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { Spinner } from "../sync/spinner.ts";
import { AwakeCount } from "../sync/awake_count.ts";
import { runExitHooks, runExitHooksNow } from "./exit_hooks.ts";
import { FunctionTable } from "./function_table.ts";
import { Inbox } from "./inbox.ts";
import type { LoadedTask } from "./load_task.ts";
import { runChunk } from "./run_chunk.ts";
import { provideTaskAbort } from "./task_signal.ts";
import type { WorkerInit } from "./worker_init.ts";
import type { FatalMessage } from "./worker_message.ts";

/** Milliseconds of synchronous tasks after which timers and messages of the worker get a turn. */
const TURN_MS = 4;

/** Runs the tasks that come over a link, one at a time and in order, until the host asks to stop. */
export class WorkerLoop {
  readonly #scope: ThreadScope;
  readonly #control: Int32Array;
  /** Whether the thread is its host's too, whose own end and kernels are none of its business. */
  readonly #isInline: boolean;
  readonly #cost: FrameCost;
  readonly #bell: Doorbell;
  readonly #hostBell: Doorbell;
  readonly #tasks: FrameReceiver;
  readonly #results: FrameSender;
  readonly #functions = new FunctionTable();
  readonly #inbox = new Inbox();
  readonly #spinner = Spinner.forWorker();
  readonly #awake: AwakeCount;
  readonly #abort: TaskAbort;
  readonly #tellsMemory: boolean;
  #lastTurn = 0;
  #frameSince = 0;
  #hasAnswered = false;
  /** What the current call gave, where it is to be waited for. */
  #called: PromiseLike<unknown> | undefined;

  constructor(init: WorkerInit, scope: ThreadScope) {
    const { buffer, capacity } = init.link;
    this.#scope = scope;
    this.#control = new Int32Array(buffer);
    this.#cost = new FrameCost(this.#control);
    this.#bell = new Doorbell(this.#control, ControlWord.WorkerAsleep);
    const hostWords = new Int32Array(init.hostBell);
    this.#hostBell = new Doorbell(hostWords, HostWord.Asleep);
    this.#awake = new AwakeCount(hostWords, HostWord.AwakeWorkers);
    this.#tasks = new FrameReceiver(new RingReader(buffer, taskRingOffset(init.link), capacity));
    this.#tasks.onSpace = () => this.#tellOfSpace();
    this.#results = new FrameSender(
      new RingWriter(buffer, resultRingOffset(init.link), capacity),
      (message: CloneMessage, moved?: readonly ArrayBuffer[]) => scope.post(message, moved),
      init.method === "process" ? "parent" : undefined,
    );
    this.#isInline = init.method === "inline";
    this.#tellsMemory = init.tellsMemory;
    this.#abort = new TaskAbort(this.#control, ControlWord.AbortedTask);
    provideTaskAbort(init.identity.own, this.#abort);
    if (!this.#isInline) adoptStopWord(this.#control, ControlWord.Stop);
    scope.onMessage((message) => this.#inbox.put(message as CloneMessage));
    scope.onExit(runExitHooksNow);
    scope.onFatal((error) => this.#reportFatal(error, init.identity.own.name));
  }

  #reportFatal(error: unknown, name: string): void {
    if (isRetired()) return;
    const known = error instanceof Error ? error : new Error(`Uncaught ${String(error)}`);
    runtime.writeError(`Uncaught error in ${name}: ${known.stack ?? known.message}\n`);
    this.#scope.post({ fatal: encodeError(known, () => false) } satisfies FatalMessage);
  }

  /** Serves until the host sets the stop word, then ends the thread. */
  async run(): Promise<void> {
    this.#awake.enter();
    if (!this.#isInline) adoptOwnerWord(this.#control, ControlWord.HeapOwner);
    Atomics.store(this.#control, ControlWord.State, WorkerState.Ready);
    this.#hostBell.ring();
    this.#frameSince = this.#lastTurn = performance.now();
    const hasWork = (): boolean => this.#tasks.ring.hasNext() || this.#isStopRequested();
    while (!this.#isStopRequested()) {
      if (this.#tasks.next()) {
        const pending = this.#handle();
        if (pending !== undefined) await pending;
        const called = this.#called;
        if (called !== undefined) {
          this.#called = undefined;
          let kind: number = FrameKind.Result;
          let value: unknown;
          // Waited for here: a function of its own would add two turns of microtasks.
          try {
            value = await called;
          } catch (error) {
            kind = FrameKind.Failure;
            value = [error];
          }
          const answering = this.#answer(kind, value);
          if (answering !== undefined) await answering;
        }
        const now = performance.now();
        this.#cost.note(now - this.#frameSince);
        this.#frameSince = now;
        if (now - this.#lastTurn > TURN_MS) await this.#giveTurn();
        continue;
      }
      if (!this.#maySpin() || !this.#spinner.find(hasWork)) await this.#sleep(hasWork);
      this.#frameSince = performance.now();
    }
    this.#awake.leave();
    if (!this.#isInline) {
      await runExitHooks();
      releaseKernelThread();
    }
    Atomics.store(this.#control, ControlWord.State, WorkerState.Stopped);
    this.#hostBell.ring();
    if (Atomics.load(this.#control, ControlWord.Forced) === 0) this.#scope.exit(0);
  }

  #maySpin(): boolean {
    // Before its first answer a worker has better to do than to find out how many cores there are.
    return !this.#isInline && this.#hasAnswered && this.#awake.leavesCores();
  }

  #isStopRequested(): boolean {
    return Atomics.load(this.#control, ControlWord.Stop) !== 0;
  }

  async #sleep(hasWork: () => boolean): Promise<void> {
    const rung = this.#bell.sleep(hasWork);
    if (rung === undefined) return;
    // While there is nothing to do; not before the first task, which would wait for it.
    if (this.#hasAnswered) void loadModules();
    const since = performance.now();
    this.#awake.leave();
    await rung;
    this.#awake.enter();
    this.#lastTurn = performance.now();
    this.#spinner.noteSleep(this.#lastTurn - since);
  }

  async #giveTurn(): Promise<void> {
    await runtime.nextTurn();
    this.#frameSince = this.#lastTurn = performance.now();
  }

  /** Handles the current frame; returns a promise only where the answer is not there at once. */
  #handle(): Promise<void> | undefined {
    const { ring } = this.#tasks;
    // Before the task is claimed: what is loaded for it is no part of its time.
    if (canLoadMore() && (this.#functions.loadsPackage(ring.detail) || this.#tasks.needsModules())) {
      return loadModules().then(() => this.#handle());
    }
    if (this.#tasks.kind === FrameKind.Define) {
      this.#functions.define(ring.detail, this.#tasks.value());
      this.#finishFrame();
      return undefined;
    }
    if (!ring.claim()) {
      if (this.#tasks.isCloned) this.#inbox.drop(this.#tasks.value() as number);
      else this.#tasks.discard();
      this.#finishFrame();
      return undefined;
    }
    this.#abort.begin(ring.id);
    const fn = this.#functions.loaded(ring.detail);
    if (fn === undefined || this.#tasks.isCloned) return this.#handleLater();
    let input: unknown[];
    try {
      input = this.#tasks.value() as unknown[];
    } catch (error) {
      return this.#answer(FrameKind.Failure, [error]);
    }
    return this.#call(fn, this.#tasks.kind, input);
  }

  async #handleLater(): Promise<void> {
    const { detail } = this.#tasks.ring;
    let fn: LoadedTask;
    let input: unknown;
    try {
      fn = this.#functions.loaded(detail) ?? await this.#functions.load(detail);
      input = this.#tasks.isCloned ? await this.#inbox.take(this.#tasks.value() as number) : this.#tasks.value();
    } catch (error) {
      return await this.#answer(FrameKind.Failure, [error]);
    }
    await this.#call(fn, this.#tasks.kind, input as unknown[]);
  }

  /** Makes the call, or those of a chunk, and answers. */
  #call(fn: LoadedTask, kind: number, input: unknown[]): Promise<void> | undefined {
    if (kind !== FrameKind.Apply) {
      const answer = runChunk(fn, input, kind === FrameKind.StarMap);
      if (answer instanceof Promise) return answer.then((late) => this.#answer(late.kind, late.value));
      return this.#answer(answer.kind, answer.value);
    }
    let value: unknown;
    try {
      value = input.length === 1 ? fn(input[0]) : fn(...input);
      if (typeof value === "object" && isThenable(value)) {
        this.#called = value;
        return undefined;
      }
    } catch (error) {
      return this.#answer(FrameKind.Failure, [error]);
    }
    return this.#answer(FrameKind.Result, value);
  }

  /** Sends an answer and gives the task's frame back, in this order: see `PoolWorker` on what the host concludes. */
  #answer(kind: number, value: unknown): Promise<void> | undefined {
    const { id } = this.#tasks.ring;
    if (this.#tellsMemory) this.#control[ControlWord.Memory] = runtime.memory().heap / 1024;
    let place: number = NOT_SENT;
    try {
      place = typeof value === "number"
        ? this.#results.sendNumber(kind, 0, id, value, false)
        : this.#results.sendValue(kind, 0, id, value, "result");
    } catch (error) {
      if (error instanceof UnloadedError) return this.#answerLater(kind, id, value);
      return this.#answer(FrameKind.Failure, [error]);
    }
    if (place === NOT_SENT) return this.#answerLater(kind, id, value);
    this.#finishTask();
    return undefined;
  }

  async #answerLater(kind: number, id: number, value: unknown): Promise<void> {
    let unsent: SinglePayload | undefined;
    try {
      if (!hasObjectCodec()) await loadModules();
      const payload = unsent = this.#results.detachOnce(value, "result");
      const send = (): number =>
        this.#results.isStreaming ? this.#results.pump() : this.#results.sendPayload(kind, 0, id, payload, true);
      while (send() === NOT_SENT) {
        Atomics.store(this.#control, ControlWord.ResultSpaceWanted, 1);
        // Once more, for room that came before the wish to hear of it.
        if (send() !== NOT_SENT) break;
        await this.#awaitSpace();
        if (this.#isStopRequested()) return;
      }
      unsent = undefined;
    } catch (error) {
      return await this.#answer(FrameKind.Failure, [sendable(error)]);
    } finally {
      if (unsent !== undefined && "block" in unsent) freeBlock(unsent.block);
    }
    this.#finishTask();
  }

  async #awaitSpace(): Promise<void> {
    this.#hostBell.ring();
    const freed = (): boolean =>
      Atomics.load(this.#control, ControlWord.ResultSpaceWanted) === 0 || this.#isStopRequested();
    const rung = this.#bell.sleep(freed);
    if (rung !== undefined) await rung;
  }

  #finishTask(): void {
    this.#hasAnswered = true;
    this.#finishFrame();
    this.#hostBell.ring();
  }

  #finishFrame(): void {
    this.#tasks.ring.release();
    if (Atomics.load(this.#control, ControlWord.TaskSpaceWanted) !== 0) this.#tellOfSpace();
  }

  #tellOfSpace(): void {
    grantRoom(this.#control, ControlWord.TaskSpaceWanted, this.#hostBell);
  }
}

/** What `postMessage` refused, told in a way that certainly travels. */
function sendable(error: unknown): unknown {
  if (error instanceof Error && error.name !== "DataCloneError") return error;
  return new TypeError(`Cannot send the result: ${error instanceof Error ? error.message : String(error)}`);
}
