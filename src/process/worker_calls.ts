import type { FrameReceiver } from "../channel/frame_receiver.ts";
import { type CloneMessage, FrameKind } from "../channel/frames.ts";
import { canLoadMore, loadModules } from "../core/late_modules.ts";
import type { TaskAbort } from "../core/task_abort.ts";
import { isThenable } from "../core/thenable.ts";
import { FunctionTable } from "./function_table.ts";
import { Inbox } from "./inbox.ts";
import type { LoadedTask } from "./load_task.ts";
import { runChunk } from "./run_chunk.ts";
import type { WorkerAnswers } from "./worker_answers.ts";

/** Makes the calls that a worker's frames ask for. */
export class WorkerCalls {
  readonly #tasks: FrameReceiver;
  readonly #answers: WorkerAnswers;
  readonly #abort: TaskAbort;
  readonly #functions = new FunctionTable();
  readonly #inbox = new Inbox();
  #called: PromiseLike<unknown> | undefined;

  constructor(tasks: FrameReceiver, answers: WorkerAnswers, abort: TaskAbort) {
    this.#tasks = tasks;
    this.#answers = answers;
    this.#abort = abort;
  }

  /** Takes what came by a message for a frame that says so. */
  receive(message: CloneMessage): void {
    this.#inbox.put(message);
  }

  /** Handles the current frame; returns a promise only where the answer is not there at once. */
  handle(): Promise<void> | undefined {
    const { ring } = this.#tasks;
    // Before the task is claimed: what is loaded for it is no part of its time.
    if (canLoadMore() && (this.#functions.loadsPackage(ring.detail) || this.#tasks.needsModules())) {
      return loadModules().then(() => this.handle());
    }
    if (this.#tasks.kind === FrameKind.Define) {
      this.#functions.define(ring.detail, this.#tasks.value());
      this.#answers.finishFrame();
      return undefined;
    }
    if (!ring.claim()) {
      if (this.#tasks.isCloned) this.#inbox.drop(this.#tasks.value() as number);
      else this.#tasks.discard();
      this.#answers.finishFrame();
      return undefined;
    }
    this.#abort.begin(ring.id);
    const fn = this.#functions.loaded(ring.detail);
    if (fn === undefined || this.#tasks.isCloned) return this.#handleLater();
    let input: unknown[];
    try {
      input = this.#tasks.value() as unknown[];
    } catch (error) {
      return this.#answers.answer(FrameKind.Failure, [error]);
    }
    return this.#call(fn, this.#tasks.kind, input);
  }

  /** What the last call gave, once, where it is to be waited for and then answered. */
  takeCalled(): PromiseLike<unknown> | undefined {
    const called = this.#called;
    if (called !== undefined) this.#called = undefined;
    return called;
  }

  async #handleLater(): Promise<void> {
    const { detail } = this.#tasks.ring;
    let fn: LoadedTask;
    let input: unknown;
    try {
      fn = this.#functions.loaded(detail) ?? await this.#functions.load(detail);
      input = this.#tasks.isCloned ? await this.#inbox.take(this.#tasks.value() as number) : this.#tasks.value();
    } catch (error) {
      return await this.#answers.answer(FrameKind.Failure, [error]);
    }
    await this.#call(fn, this.#tasks.kind, input as unknown[]);
  }

  /** Makes the call, or those of a chunk, and answers. */
  #call(fn: LoadedTask, kind: number, input: unknown[]): Promise<void> | undefined {
    if (kind !== FrameKind.Apply) {
      const answer = runChunk(fn, input, kind === FrameKind.StarMap);
      if (answer instanceof Promise) return answer.then((late) => this.#answers.answer(late.kind, late.value));
      return this.#answers.answer(answer.kind, answer.value);
    }
    let value: unknown;
    try {
      value = input.length === 1 ? fn(input[0]) : fn(...input);
      if (typeof value === "object" && isThenable(value)) {
        this.#called = value;
        return undefined;
      }
    } catch (error) {
      return this.#answers.answer(FrameKind.Failure, [error]);
    }
    return this.#answers.answer(FrameKind.Result, value);
  }
}
