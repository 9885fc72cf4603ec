import { encodeError } from "../channel/error_codec.ts";
import { FrameQueue } from "../channel/frame_queue.ts";
import { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameSender } from "../channel/frame_sender.ts";
import {
  ControlWord,
  createLink,
  HOST_BYTES,
  HostWord,
  resultRingOffset,
  taskRingOffset,
  WorkerState,
} from "../channel/link_layout.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import { grantRoom } from "../channel/room_wish.ts";
import { Interrupt } from "../core/interrupt.ts";
import { linearMemory } from "../memory/linear_memory.ts";
import { runtime } from "../runtime/current.ts";
import type { ParentPipe, Thread, ThreadEnd } from "../runtime/port.ts";
import { Doorbell } from "../sync/doorbell.ts";
import type { ChildInit } from "./child_init.ts";
import { LoanDesk } from "./loan_desk.ts";
import {
  answerOf,
  frameMessage,
  frameOf,
  loanMessage,
  PipeKind,
  type PipeMessage,
  pipeMessage,
  sendMessage,
} from "./pipe_messages.ts";
import type { WorkerInit } from "./worker_init.ts";
import { type FatalMessage, isWorkerMessage, tellsOfEnd } from "./worker_message.ts";
import { workerUrl } from "./worker_url.ts";

/**
 * The main thread of a process that works for another one. What it is to do runs in a thread of its own, and so never
 * keeps it from hearing of a stop or of the parent's end; it passes on what comes over the pipe and over the thread's
 * link.
 */
export class Relay {
  readonly #pipe: ParentPipe;
  readonly #control: Int32Array;
  readonly #bell: Doorbell;
  readonly #ownBell: Doorbell;
  readonly #tasks: FrameQueue;
  readonly #results: FrameReceiver;
  readonly #thread: Thread;
  readonly #loans: LoanDesk;
  readonly #tellsMemory: boolean;
  #isReady = false;
  #wantsSpace = false;
  #hasToldWhy = false;

  constructor(pipe: ParentPipe, { identity, tellsMemory, call }: ChildInit) {
    this.#pipe = pipe;
    this.#tellsMemory = tellsMemory;
    const link = createLink();
    const hostBell = new SharedArrayBuffer(HOST_BYTES);
    this.#control = new Int32Array(link.buffer);
    this.#bell = new Doorbell(this.#control, ControlWord.WorkerAsleep);
    this.#ownBell = new Doorbell(new Int32Array(hostBell), HostWord.Asleep);
    this.#tasks = new FrameQueue(
      new FrameSender(new RingWriter(link.buffer, taskRingOffset(link), link.capacity), () => {}),
    );
    this.#results = new FrameReceiver(new RingReader(link.buffer, resultRingOffset(link), link.capacity));
    this.#results.onSpace = () => this.#grantSpace();
    this.#loans = new LoanDesk((request) => sendMessage(pipe.send, loanMessage(request)));
    const init: WorkerInit = {
      link,
      hostBell,
      memory: linearMemory(),
      kernels: undefined,
      identity: { ...identity, counter: new SharedArrayBuffer(4) },
      method: "process",
      parentLife: undefined,
      tellsMemory: false,
      call,
    };
    this.#thread = runtime.startThread(workerUrl(), { data: init, name: identity.own.name });
    this.#thread.onMessage((message) => {
      if (!isWorkerMessage(message)) return;
      this.#hasToldWhy ||= tellsOfEnd(message);
      this.#send(PipeKind.Message, runtime.serialize(message));
    });
    this.#thread.onEnd((end) => this.#finish(end));
    // A process that makes one call tells of nothing by the bell.
    if (call !== undefined) this.#tellReady();
    else void this.#listen();
  }

  #send(kind: number, bytes: Uint8Array): void {
    sendMessage(this.#pipe.send, { kind, first: 0, second: 0, bytes });
  }

  /** What the parent sends. */
  receive(message: PipeMessage): void {
    switch (message.kind) {
      case PipeKind.Frame:
        this.#tasks.push(frameOf(message));
        return this.#pass();
      case PipeKind.Message:
        return this.#thread.post(runtime.deserialize(message.bytes));
      case PipeKind.Answer:
        return this.#loans.answer(message.first, answerOf(message));
      case PipeKind.Stop:
        Atomics.store(this.#control, ControlWord.Stop, 1);
        Atomics.notify(this.#control, ControlWord.Stop);
        return this.#bell.ring();
      case PipeKind.Abort:
        Atomics.store(this.#control, ControlWord.AbortedTask, message.first);
        return void Atomics.notify(this.#control, ControlWord.AbortedTask);
      case PipeKind.Interrupt:
        Atomics.compareExchange(this.#control, ControlWord.Interrupt, Interrupt.None, Interrupt.Asked);
        return this.#bell.ring();
    }
  }

  async #listen(): Promise<void> {
    for (;;) {
      this.#pass();
      const rung = this.#ownBell.sleep(() => this.#hasNews());
      if (rung !== undefined) await rung;
    }
  }

  #hasNews(): boolean {
    return this.#results.ring.hasNext() || (!this.#isReady && this.#state() !== WorkerState.Starting) ||
      (this.#wantsSpace && Atomics.load(this.#control, ControlWord.TaskSpaceWanted) === 0);
  }

  #state(): number {
    return Atomics.load(this.#control, ControlWord.State);
  }

  #tellReady(): void {
    this.#isReady = true;
    this.#pipe.send(pipeMessage(PipeKind.Ready));
  }

  #pass(): void {
    if (!this.#isReady && this.#state() !== WorkerState.Starting) this.#tellReady();
    this.#wantsSpace = !this.#tasks.flush();
    if (this.#wantsSpace) {
      Atomics.store(this.#control, ControlWord.TaskSpaceWanted, 1);
      // Once more, for room that came before the wish to hear of it.
      this.#wantsSpace = !this.#tasks.flush();
    }
    this.#bell.ring();
    while (this.#results.next()) {
      // Before the answer, so that the parent knows when it hears of that.
      if (this.#tellsMemory) {
        this.#pipe.send(pipeMessage(PipeKind.Memory, Math.floor(runtime.memory().resident / 1024)));
      }
      sendMessage(this.#pipe.send, frameMessage(this.#results.raw()));
      this.#results.release();
      this.#grantSpace();
    }
  }

  #grantSpace(): void {
    grantRoom(this.#control, ControlWord.ResultSpaceWanted, this.#bell);
  }

  #finish({ code, error }: ThreadEnd): void {
    this.#loans.flush();
    this.#pass();
    if (error !== undefined && !this.#hasToldWhy) {
      const known = error instanceof Error ? error : new Error(`Uncaught ${String(error)}`);
      this.#send(
        PipeKind.Message,
        runtime.serialize({ fatal: encodeError(known, () => false) } satisfies FatalMessage),
      );
    }
    const stopped = this.#state() === WorkerState.Stopped ? 1 : 0;
    this.#pipe.send(pipeMessage(PipeKind.End, code, stopped));
    this.#pipe.exit(code);
  }
}
