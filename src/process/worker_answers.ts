import type { FrameReceiver } from "../channel/frame_receiver.ts";
import { type FrameSender, NOT_SENT, type SinglePayload } from "../channel/frame_sender.ts";
import { FrameKind } from "../channel/frames.ts";
import { ControlWord } from "../channel/link_layout.ts";
import { hasObjectCodec } from "../channel/object_codec.ts";
import { freeBlock } from "../channel/payload_block.ts";
import { grantRoom } from "../channel/room_wish.ts";
import { isStopWished } from "../channel/stop_wish.ts";
import { loadModules, UnloadedError } from "../core/late_modules.ts";
import { runtime } from "../runtime/current.ts";
import type { Doorbell } from "../sync/doorbell.ts";

/** What a worker answers by. */
export interface AnswerLink {
  /** Words of the link. */
  readonly control: Int32Array;
  readonly tasks: FrameReceiver;
  readonly results: FrameSender;
  /** The worker's own bell, and its host's. */
  readonly bell: Doorbell;
  readonly hostBell: Doorbell;
  /** Whether each answer says how much memory the worker has. */
  readonly tellsMemory: boolean;
}

/** Answers the current frame of a worker, and gives it back. */
export class WorkerAnswers {
  readonly #control: Int32Array;
  readonly #tasks: FrameReceiver;
  readonly #results: FrameSender;
  readonly #bell: Doorbell;
  readonly #hostBell: Doorbell;
  readonly #tellsMemory: boolean;
  #hasAnswered = false;

  constructor({ control, tasks, results, bell, hostBell, tellsMemory }: AnswerLink) {
    this.#control = control;
    this.#tasks = tasks;
    this.#results = results;
    this.#bell = bell;
    this.#hostBell = hostBell;
    this.#tellsMemory = tellsMemory;
    tasks.onSpace = () => this.#tellOfSpace();
  }

  /** Whether any task has been answered. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Sends an answer and gives the task's frame back, in this order: see `PoolWorker` on what the host concludes. */
  answer(kind: number, value: unknown): Promise<void> | undefined {
    const { id } = this.#tasks.ring;
    if (this.#tellsMemory) this.#control[ControlWord.Memory] = runtime.memory().heap / 1024;
    let place: number = NOT_SENT;
    try {
      place = typeof value === "number"
        ? this.#results.sendNumber(kind, 0, id, value, false)
        : this.#results.sendValue(kind, 0, id, value, "result");
    } catch (error) {
      if (error instanceof UnloadedError) return this.#answerLater(kind, id, value);
      return this.answer(FrameKind.Failure, [error]);
    }
    if (place === NOT_SENT) return this.#answerLater(kind, id, value);
    this.#finishTask();
    return undefined;
  }

  /** Gives the current frame back, which needs no answer. */
  finishFrame(): void {
    this.#tasks.ring.release();
    if (Atomics.load(this.#control, ControlWord.TaskSpaceWanted) !== 0) this.#tellOfSpace();
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
        if (isStopWished(this.#control)) return;
      }
      unsent = undefined;
    } catch (error) {
      return await this.answer(FrameKind.Failure, [sendable(error)]);
    } finally {
      if (unsent !== undefined && "block" in unsent) freeBlock(unsent.block);
    }
    this.#finishTask();
  }

  async #awaitSpace(): Promise<void> {
    this.#hostBell.ring();
    const freed = (): boolean =>
      Atomics.load(this.#control, ControlWord.ResultSpaceWanted) === 0 || isStopWished(this.#control);
    const rung = this.#bell.sleep(freed);
    if (rung !== undefined) await rung;
  }

  #finishTask(): void {
    this.#hasAnswered = true;
    this.finishFrame();
    this.#hostBell.ring();
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
