import { encodeError } from "../channel/error_codec.ts";
import { FrameReceiver } from "../channel/frame_receiver.ts";
import { FrameSender } from "../channel/frame_sender.ts";
import { type CloneMessage, FrameKind } from "../channel/frames.ts";
import { ControlWord, HostWord, resultRingOffset, taskRingOffset, WorkerState } from "../channel/link_layout.ts";
import { RingReader, RingWriter } from "../channel/ring.ts";
import { isStopWished } from "../channel/stop_wish.ts";
import { isRetired } from "../core/retirement.ts";
import { adoptStopWord } from "../core/stop_request.ts";
import { TaskAbort } from "../core/task_abort.ts";
import { releaseKernelThread } from "../kernels/thread_kernels.ts";
import { adoptOwnerWord } from "../memory/owner_word.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import { AwakeCount } from "../sync/awake_count.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { runExitHooks, runExitHooksNow } from "./exit_hooks.ts";
import { provideTaskAbort } from "./task_signal.ts";
import { WorkerAnswers } from "./worker_answers.ts";
import { WorkerCalls } from "./worker_calls.ts";
import type { WorkerInit } from "./worker_init.ts";
import type { FatalMessage } from "./worker_message.ts";
import { WorkerPace } from "./worker_pace.ts";
import { WorkerRest } from "./worker_rest.ts";

/** Runs the tasks that come over a link, one at a time and in order, until the host asks to stop. */
export class WorkerLoop {
  readonly #scope: ThreadScope;
  readonly #control: Int32Array;
  /** Whether the thread is its host's too, whose own end and kernels are none of its business. */
  readonly #isInline: boolean;
  readonly #hostBell: Doorbell;
  readonly #tasks: FrameReceiver;
  readonly #answers: WorkerAnswers;
  readonly #calls: WorkerCalls;
  readonly #pace: WorkerPace;
  readonly #rest: WorkerRest;

  constructor(init: WorkerInit, scope: ThreadScope) {
    const { buffer, capacity } = init.link;
    const { own } = init.identity;
    const [control, hostWords] = [new Int32Array(buffer), new Int32Array(init.hostBell)];
    const bell = new Doorbell(control, ControlWord.WorkerAsleep);
    this.#scope = scope;
    this.#control = control;
    this.#isInline = init.method === "inline";
    this.#hostBell = new Doorbell(hostWords, HostWord.Asleep);
    this.#tasks = new FrameReceiver(new RingReader(buffer, taskRingOffset(init.link), capacity));
    const results = new FrameSender(
      new RingWriter(buffer, resultRingOffset(init.link), capacity),
      (message: CloneMessage, moved?: readonly ArrayBuffer[]) => scope.post(message, moved),
      init.method === "process" ? "parent" : undefined,
    );
    const abort = new TaskAbort(control, ControlWord.AbortedTask);
    const link = { control, tasks: this.#tasks, results, bell, hostBell: this.#hostBell };
    this.#answers = new WorkerAnswers({ ...link, tellsMemory: init.tellsMemory });
    this.#calls = new WorkerCalls(this.#tasks, this.#answers, abort);
    this.#pace = new WorkerPace(control);
    this.#rest = new WorkerRest(bell, new AwakeCount(hostWords, HostWord.AwakeWorkers), !this.#isInline);
    provideTaskAbort(own, abort);
    if (!this.#isInline) adoptStopWord(control, ControlWord.Stop);
    scope.onMessage((message) => this.#calls.receive(message as CloneMessage));
    scope.onExit(runExitHooksNow);
    scope.onFatal((error) => reportFatal(error, own.name, scope));
  }

  /** Serves until the host sets the stop word, then ends the thread. */
  async run(): Promise<void> {
    this.#rest.begin();
    if (!this.#isInline) adoptOwnerWord(this.#control, ControlWord.HeapOwner);
    this.#tellState(WorkerState.Ready);
    this.#pace.noteTurn();
    const hasWork = (): boolean => this.#tasks.ring.hasNext() || isStopWished(this.#control);
    while (!isStopWished(this.#control)) {
      if (this.#tasks.next()) {
        const pending = this.#calls.handle();
        if (pending !== undefined) await pending;
        const called = this.#calls.takeCalled();
        if (called !== undefined) {
          let kind: number = FrameKind.Result;
          let value: unknown;
          // Waited for here: a function of its own would add two turns of microtasks.
          try {
            value = await called;
          } catch (error) {
            kind = FrameKind.Failure;
            value = [error];
          }
          const answering = this.#answers.answer(kind, value);
          if (answering !== undefined) await answering;
        }
        if (this.#pace.finishFrame()) {
          await runtime.nextTurn();
          this.#pace.noteTurn();
        }
        continue;
      }
      const { hasAnswered } = this.#answers;
      if (!this.#rest.spin(hasWork, hasAnswered) && await this.#rest.sleep(hasWork, hasAnswered)) this.#pace.noteTurn();
      else this.#pace.noteWork();
    }
    this.#rest.end();
    if (!this.#isInline) {
      await runExitHooks();
      releaseKernelThread();
    }
    this.#tellState(WorkerState.Stopped);
    if (Atomics.load(this.#control, ControlWord.Forced) === 0) this.#scope.exit(0);
  }

  #tellState(state: number): void {
    Atomics.store(this.#control, ControlWord.State, state);
    this.#hostBell.ring();
  }
}

function reportFatal(error: unknown, name: string, scope: ThreadScope): void {
  if (isRetired()) return;
  const known = error instanceof Error ? error : new Error(`Uncaught ${String(error)}`);
  runtime.writeError(`Uncaught error in ${name}: ${known.stack ?? known.message}\n`);
  scope.post({ fatal: encodeError(known, () => false) } satisfies FatalMessage);
}
