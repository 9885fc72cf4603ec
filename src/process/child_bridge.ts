import { FrameCost } from "../channel/frame_cost.ts";
import { FrameQueue, type RawFrame } from "../channel/frame_queue.ts";
import { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameSender } from "../channel/frame_sender.ts";
import { FRAME_KIND_MASK, FrameKind } from "../channel/frames.ts";
import { ControlWord, HostWord, resultRingOffset, taskRingOffset, WorkerState } from "../channel/link_layout.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import { grantRoom } from "../channel/room_wish.ts";
import { isStopWished } from "../channel/stop_wish.ts";
import { corruptData } from "../core/corrupt.ts";
import { deferred } from "../core/deferred.ts";
import { Interrupt } from "../core/interrupt.ts";
import { runtime } from "../runtime/current.ts";
import type { ChildProcess, Thread, ThreadEnd } from "../runtime/port.ts";
import { AwakeCount } from "../sync/awake_count.ts";
import { Doorbell } from "../sync/doorbell.ts";
import type { ChildInit } from "./child_init.ts";
import { Lender } from "./lender.ts";
import {
  answerMessage,
  frameMessage,
  frameOf,
  loanOf,
  PipeKind,
  type PipeMessage,
  pipeMessage,
  PipeReader,
  sendMessage,
} from "./pipe_messages.ts";
import type { ProcessIdentity } from "./process_identity.ts";
import type { WorkerInit } from "./worker_init.ts";

/**
 * A process of the operating system in the place of a worker's thread. To the host it looks the same: the bridge is the
 * worker's end of the link, and passes on what is in it. It claims a task only when it passes it on, and has one at a
 * time under way, so a task that is not claimed has not left and may be taken back.
 */
export class ChildBridge implements Thread {
  /** Who the child is; its `ident` is its number in the operating system. */
  readonly identity: ProcessIdentity;
  readonly #child: ChildProcess;
  readonly #control: Int32Array;
  readonly #cost: FrameCost;
  readonly #bell: Doorbell;
  readonly #hostBell: Doorbell;
  readonly #awake: AwakeCount;
  readonly #tasks: FrameReceiver;
  readonly #results: FrameQueue;
  readonly #gone = deferred<void>();
  readonly #lender: Lender;
  #onMessage: (message: unknown) => void = () => {};
  #onEnd: (end: ThreadEnd) => void = () => {};
  #isBusy = false;
  #isAnswered = false;
  #isFlushed = true;
  #busySince = 0;
  #hasForwardedStop = false;
  #hasForwardedInterrupt = false;
  #forwardedAbort = 0;
  #lastWord: { code: number; stopped: boolean } | undefined;
  #end: ThreadEnd | undefined;
  /** What came from the child was no message; it is ended. */
  #corruption: unknown;

  constructor(init: WorkerInit) {
    const { link, hostBell, identity, call, tellsMemory } = init;
    const hostWords = new Int32Array(hostBell);
    this.#control = new Int32Array(link.buffer);
    this.#cost = new FrameCost(this.#control);
    this.#bell = new Doorbell(this.#control, ControlWord.WorkerAsleep);
    this.#hostBell = new Doorbell(hostWords, HostWord.Asleep);
    this.#awake = new AwakeCount(hostWords, HostWord.AwakeWorkers);
    this.#tasks = new FrameReceiver(new RingReader(link.buffer, taskRingOffset(link), link.capacity));
    this.#tasks.onSpace = () => this.#tellOfSpace();
    this.#results = new FrameQueue(
      // What arrives is encoded already, so nothing is left to be cloned.
      new FrameSender(new RingWriter(link.buffer, resultRingOffset(link), link.capacity), () => {}),
    );
    this.#child = runtime.startChild(relayUrl());
    const { send } = this.#child;
    this.#lender = new Lender((number, answer) => sendMessage(send, answerMessage(number, answer)));
    const pid = this.#child.pid ?? identity.own.pid;
    this.identity = { ...identity.own, pid, ident: pid };
    const { counter: _, ...known } = identity;
    const childInit: ChildInit = { identity: { ...known, own: this.identity }, tellsMemory, call };
    this.#send(PipeKind.Init, runtime.serialize(childInit));
    const reader = new PipeReader((message) => this.#receive(message));
    this.#child.onData((bytes) => {
      if (this.#corruption !== undefined) return;
      try {
        reader.push(bytes);
      } catch (error) {
        this.#corruption = error;
        this.#child.kill();
      }
    });
    this.#child.onEnd((end) => this.#finish(end));
  }

  #send(kind: number, bytes: Uint8Array = new Uint8Array(0)): void {
    sendMessage(this.#child.send, { kind, first: 0, second: 0, bytes });
  }

  post(message: unknown): void {
    this.#send(PipeKind.Message, runtime.serialize(message));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  onEnd(listener: (end: ThreadEnd) => void): void {
    this.#onEnd = listener;
  }

  terminate(): Promise<void> {
    this.#child.kill();
    return this.#gone.promise;
  }

  #receive(message: PipeMessage): void {
    switch (message.kind & 0xff) {
      case PipeKind.Loan:
        return this.#lender.receive(loanOf(message));
      case PipeKind.Ready:
        return void this.#serve();
      case PipeKind.Frame:
        this.#results.push(this.#answerOf(message));
        this.#isAnswered = true;
        this.#isFlushed = false;
        return this.#bell.ring();
      case PipeKind.Memory:
        return void Atomics.store(this.#control, ControlWord.Memory, message.first);
      case PipeKind.Message:
        return this.#onMessage(runtime.deserialize(message.bytes));
      case PipeKind.End:
        this.#lastWord = { code: message.first, stopped: message.second === 1 };
    }
  }

  /** The answer in a message; throws where it is none to the task that the child has. */
  #answerOf(message: PipeMessage): RawFrame {
    const frame = frameOf(message);
    const { Result, Outcomes, Failure } = FrameKind;
    const isAnswer = ([Result, Outcomes, Failure] as number[]).includes(frame.kind & FRAME_KIND_MASK);
    if (isAnswer && this.#isBusy && !this.#isAnswered && frame.id === this.#tasks.ring.id) return frame;
    throw corruptData(
      `Found a frame of kind ${frame.kind} for task ${frame.id}, expected the answer of the running task`,
    );
  }

  #finish(end: ThreadEnd): void {
    this.#lender.close();
    if (this.#corruption !== undefined) this.#end = { code: end.code, error: this.#corruption };
    else this.#end = this.#lastWord === undefined ? end : { code: this.#lastWord.code };
    if (this.#isServing()) this.#bell.ring();
    else this.#tellOfEnd();
  }

  #isServing(): boolean {
    return Atomics.load(this.#control, ControlWord.State) === WorkerState.Ready;
  }

  #tellOfEnd(): void {
    this.#hostBell.ring();
    this.#onEnd(this.#end!);
    this.#gone.resolve();
  }

  /** Does what a worker's loop does, by way of the child, until that is gone. */
  async #serve(): Promise<void> {
    this.#awake.enter();
    Atomics.store(this.#control, ControlWord.State, WorkerState.Ready);
    this.#hostBell.ring();
    while (this.#end === undefined) {
      this.#forwardWishes();
      if (this.#passAnswer() || this.#passTask()) continue;
      const rung = this.#bell.sleep(() => this.#hasWork());
      if (rung === undefined) continue;
      this.#awake.leave();
      await rung;
      this.#awake.enter();
    }
    this.#results.flush();
    if (this.#lastWord?.stopped === true) {
      this.#awake.leave();
      Atomics.store(this.#control, ControlWord.State, WorkerState.Stopped);
    }
    this.#tellOfEnd();
  }

  #hasWork(): boolean {
    if (this.#end !== undefined || this.#isStopNew() || this.#isInterruptNew() || this.#isAbortNew()) return true;
    if (!this.#isFlushed) return Atomics.load(this.#control, ControlWord.ResultSpaceWanted) === 0;
    return this.#isAnswered || (!this.#isBusy && !this.#hasForwardedStop && this.#tasks.ring.hasNext());
  }

  #isStopNew(): boolean {
    return !this.#hasForwardedStop && isStopWished(this.#control);
  }

  #isInterruptNew(): boolean {
    return !this.#hasForwardedInterrupt && Atomics.load(this.#control, ControlWord.Interrupt) !== Interrupt.None;
  }

  #isAbortNew(): boolean {
    return this.#forwardedAbort !== Atomics.load(this.#control, ControlWord.AbortedTask);
  }

  #forwardWishes(): void {
    if (this.#isAbortNew()) {
      this.#forwardedAbort = Atomics.load(this.#control, ControlWord.AbortedTask);
      this.#child.send(pipeMessage(PipeKind.Abort, this.#forwardedAbort));
    }
    if (this.#isInterruptNew()) {
      this.#hasForwardedInterrupt = true;
      this.#send(PipeKind.Interrupt);
    }
    if (this.#isStopNew()) {
      this.#hasForwardedStop = true;
      this.#send(PipeKind.Stop);
    }
  }

  /** Publishes the child's answer and then gives the task's frame back, in this order, as a worker does. */
  #passAnswer(): boolean {
    if (!this.#isAnswered) return false;
    this.#isFlushed = this.#results.flush();
    if (!this.#isFlushed) {
      Atomics.store(this.#control, ControlWord.ResultSpaceWanted, 1);
      // Once more, for room that came before the wish to hear of it.
      this.#isFlushed = this.#results.flush();
    }
    if (this.#isFlushed) {
      this.#isAnswered = false;
      this.#isBusy = false;
      this.#cost.note(performance.now() - this.#busySince);
      this.#finishFrame();
    }
    this.#hostBell.ring();
    return this.#isFlushed;
  }

  #passTask(): boolean {
    if (this.#isBusy || this.#hasForwardedStop || !this.#tasks.next()) return false;
    const { ring, kind } = this.#tasks;
    const isTask = kind !== FrameKind.Define;
    if (isTask && !ring.claim()) this.#tasks.discard();
    else {
      sendMessage(this.#child.send, frameMessage(this.#tasks.raw()));
      this.#isBusy = isTask;
    }
    if (this.#isBusy) this.#busySince = performance.now();
    else this.#finishFrame();
    return true;
  }

  #finishFrame(): void {
    this.#tasks.release();
    this.#tellOfSpace();
  }

  #tellOfSpace(): void {
    grantRoom(this.#control, ControlWord.TaskSpaceWanted, this.#hostBell);
  }
}

/** Each branch is a literal, so that bundlers and registries find the module. */
function relayUrl(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("./process_main.ts", import.meta.url)
    : new URL("./process_main.js", import.meta.url);
}
