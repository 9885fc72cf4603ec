import { NOT_SENT } from "../channel/frame_sender.ts";
import { FrameKind } from "../channel/frames.ts";
import { NUMBER_BYTES } from "../channel/value_writer.ts";
import { identityFor } from "../process/process_identity.ts";
import type { StartMethod } from "../process/start_method.ts";
import { WorkerHandle } from "../process/worker_handle.ts";
import { Deque } from "./deque.ts";
import type { PoolFunction, PoolTask } from "./pool_task.ts";

/** What its pool tells a worker. */
export interface PoolWorkerOptions {
  /** How many workers the pool has. */
  readonly beside: number;
  /** Whether it is to tell how much memory it has. */
  readonly tellsMemory: boolean;
}

/**
 * A worker and the tasks that it holds, in the order in which it runs them.
 *
 * A worker claims a frame, runs its task, publishes the answer and only then gives the frame's bytes back. So of a task
 * whose answer has not been drained the frame is still in the ring untouched: it can be revoked while it is unclaimed,
 * and after the worker's death its claim tells whether it was the one that ran.
 */
export class PoolWorker {
  readonly id: number;
  readonly handle: WorkerHandle;
  readonly #held: Deque<PoolTask> = new Deque<PoolTask>();
  /** Why it is being ended; the error of the task that it runs. */
  condemned: Error | undefined;
  /** The pool does without it: no other one takes its place. */
  isLeaving = false;
  /** What lies in its ring to the host is no frame. */
  isCorrupt = false;
  /** It gets no task any more. */
  isExhausted = false;
  /** Its answers and the room in its ring are looked after. */
  isEngaged = false;
  /** It has answered the initializer, where there is one. */
  isInitialized = false;
  readonly #defined = new Set<PoolFunction>();
  #lastDefined: PoolFunction | undefined;
  #streamed: PoolTask | undefined;
  #running: PoolTask | undefined;
  #runningSince = 0;
  #unbegun: PoolTask | undefined;
  #unbegunSince = 0;
  /** Tasks that it has answered. */
  answers = 0;
  #answersSeen = 0;
  #answersNoted = -1;
  #idleSince = -1;

  constructor(id: number, name: string, method: StartMethod, hostBell: SharedArrayBuffer, options: PoolWorkerOptions) {
    this.id = id;
    this.handle = new WorkerHandle(name, method, hostBell, identityFor(name, true, options), options);
  }

  /** Sends a task whose input is a list of one number, straight into the ring; false where it does not go that way. */
  giveNumber(task: PoolTask, input: number): boolean {
    if (task.fn !== this.#lastDefined) return false;
    const { sender } = this.handle;
    const place = sender.sendNumber(task.kind, task.fn.number, task.id, input, true);
    if (place === NOT_SENT) return false;
    task.bytes = NUMBER_BYTES;
    this.#hold(task, place);
    return true;
  }

  /** Sends a task whose input is `input`, straight into the ring; false where it does not go that way. */
  giveInput(task: PoolTask, input: unknown[], root: string): boolean {
    const { sender } = this.handle;
    if (sender.isStreaming || (task.fn !== this.#lastDefined && !this.#define(task.fn))) return false;
    const place = sender.sendValue(task.kind, task.fn.number, task.id, input, root);
    if (place === NOT_SENT) return false;
    task.bytes = sender.ring.payloadLength(place);
    this.#hold(task, place);
    return true;
  }

  /** Sends a task with the input that it keeps; false where there is no room now. */
  give(task: PoolTask): boolean {
    const { input } = task;
    if (input !== undefined) return this.giveInput(task, input, "args");
    const { sender } = this.handle;
    if (sender.isStreaming || task.payload === undefined || !this.#define(task.fn)) return false;
    const place = sender.sendPayload(task.kind, task.fn.number, task.id, task.payload);
    if (place === NOT_SENT && !sender.isStreaming) return false;
    if (place === NOT_SENT) this.#streamed = task;
    else if ("bytes" in task.payload && task.payload.bytes.length <= sender.ring.maxPayload) task.payload = undefined;
    this.#hold(task, place);
    return true;
  }

  #hold(task: PoolTask, place: number): void {
    task.place = place;
    task.holder = this.id;
    this.#held.push(task);
  }

  /** The task that the worker runs or runs next. */
  front(): PoolTask | undefined {
    let task = this.#held.peek();
    // One that was taken back by itself stays behind, since looking for it would take as long as the row is.
    while (task !== undefined && task.holder !== this.id) {
      this.#held.shift();
      task = this.#held.peek();
    }
    return task;
  }

  /** Whether it has anything to answer or to take. */
  get holds(): boolean {
    return this.handle.sender.isStreaming || this.front() !== undefined;
  }

  #define(fn: PoolFunction): boolean {
    const { sender } = this.handle;
    if (!this.#defined.has(fn)) {
      const place = sender.sendPayload(FrameKind.Define, fn.number, 0, fn.definition);
      if (place === NOT_SENT && !sender.isStreaming) return false;
      this.#defined.add(fn);
      if (place === NOT_SENT) return false;
    }
    this.#lastDefined = fn;
    return true;
  }

  /** Carries on with a payload that is longer than the ring. */
  pump(): void {
    const { sender } = this.handle;
    if (!sender.isStreaming) return;
    const place = sender.pump();
    if (place === NOT_SENT) return;
    if (this.#streamed !== undefined) this.#streamed.place = place;
    this.#streamed = undefined;
  }

  /** The worker answered the task with this number, which is the one at the front. */
  answered(id: number): PoolTask | undefined {
    this.answers++;
    const next = this.#held.peek();
    const task = next === undefined || next.holder === this.id ? next : this.front();
    if (task === undefined || task.id !== id) return undefined;
    this.#held.shift();
    return task;
  }

  /** Milliseconds for which it has had nothing to do, as far as the looks of this method tell. */
  idleFor(now: number): number {
    if (this.front() !== undefined || this.answers !== this.#answersSeen || this.#idleSince < 0) this.#idleSince = now;
    this.#answersSeen = this.answers;
    return now - this.#idleSince;
  }

  /** Notes how far it is, for `isAtTheSame`. */
  noteProgress(): void {
    this.#answersNoted = this.front() === undefined ? -1 : this.answers;
  }

  /** Whether what it runs, or runs next, is what it was when its progress was last noted. */
  get isAtTheSame(): boolean {
    return this.answers === this.#answersNoted && this.front() !== undefined;
  }

  /** The task that the worker has begun and not answered, as far as its answers are drained. */
  runningTask(): PoolTask | undefined {
    const front = this.front();
    const isBegun = front !== undefined && front.place >= 0 && this.handle.sender.ring.isClaimed(front.place);
    const running = isBegun ? front : undefined;
    if (running !== this.#running) {
      this.#running = running;
      this.#runningSince = performance.now();
    }
    return running;
  }

  /** Milliseconds since `runningTask` first gave the task that it gave last. */
  runningFor(): number {
    return performance.now() - this.#runningSince;
  }

  /** Milliseconds for which the worker, which is up, was seen not to begin the task at its front; 0 where it has none. */
  stalledFor(): number {
    const front = this.handle.isReady ? this.front() : undefined;
    const now = performance.now();
    if (front === undefined || front !== this.#unbegun) {
      this.#unbegun = front;
      this.#unbegunSince = now;
    }
    return now - this.#unbegunSince;
  }

  /** Takes up to `count` tasks back from the end but leaves `least`, in their order; only such as it has not begun. */
  takeBack(count: number, least: number = 1): PoolTask[] {
    const taken: PoolTask[] = [];
    while (taken.length < count && this.#held.length > least) {
      const task = this.#held.pop()!;
      if (task.holder !== this.id) continue;
      if (!this.#revoke(task)) {
        this.#held.push(task);
        break;
      }
      taken.push(task);
    }
    return taken.reverse();
  }

  /** Takes one task back wherever it waits, for good; false where the worker has begun it. */
  takeBackOne(task: PoolTask): boolean {
    return this.#revoke(task);
  }

  #revoke(task: PoolTask): boolean {
    const { ring } = this.handle.sender;
    if (task.place < 0 || !ring.revoke(task.place)) return false;
    this.#keepPayload(task);
    return true;
  }

  #keepPayload(task: PoolTask): void {
    if (!task.isKept) task.payload = { bytes: this.handle.sender.ring.copyPayload(task.place) };
    task.place = -1;
    task.holder = -1;
  }

  /** After the worker's end: empties its hands. `begun` is the task that it was running, if any. */
  surrender(): { begun: PoolTask | undefined; waiting: PoolTask[] } {
    const { ring } = this.handle.sender;
    let begun: PoolTask | undefined;
    const waiting: PoolTask[] = [];
    for (const task of this.#held.toArray()) {
      if (task.holder !== this.id) continue;
      // Where the thread could not be ended, a task that goes elsewhere must not be begun here after all.
      if (task.place >= 0 && !ring.revoke(task.place)) begun = task;
      else waiting.push(task);
      if (task.place >= 0) this.#keepPayload(task);
      task.holder = -1;
    }
    this.#held.clear();
    this.#streamed = undefined;
    return { begun, waiting };
  }
}
