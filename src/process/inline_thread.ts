import { ControlWord, WorkerState } from "../channel/link_layout.ts";
import { runtime } from "../runtime/current.ts";
import type { Thread, ThreadEnd, ThreadScope } from "../runtime/port.ts";
import type { ProcessCall } from "./process_call.ts";
import { bindIdentity, endInline, runAs } from "./process_identity.ts";
import { failureOf, makeCall, reportUncaught } from "./run_process.ts";
import type { WorkerInit } from "./worker_init.ts";
import { WorkerLoop } from "./worker_loop.ts";

type Listener = (message: unknown) => void;

/**
 * A worker on the thread of its host, in the place of a thread of its own. Everything goes over the link and the codec as
 * with a thread, so values are copied just so.
 */
export class InlineThread implements Thread {
  readonly #init: WorkerInit;
  readonly #toHost: Listener[] = [];
  readonly #asHost: <R>(run: () => R) => R = bindIdentity();
  readonly #toWorker: Listener[] = [];
  #onEnd: (end: ThreadEnd) => void = () => {};
  /** Resolves when the worker listens; what is posted before that is kept until then. */
  readonly #begun: Promise<void>;
  #hasEnded = false;

  constructor(init: WorkerInit) {
    this.#init = init;
    // After what started it, as any other: `start` returns before the target runs.
    this.#begun = runtime.nextTurn().then(() => runAs(init.identity, () => this.#run()));
  }

  post(message: unknown): void {
    void this.#begun.then(() => deliver(this.#toWorker, message));
  }

  onMessage(listener: Listener): void {
    this.#toHost.push(listener);
  }

  onEnd(listener: (end: ThreadEnd) => void): void {
    this.#onEnd = listener;
  }

  /** Gives the worker up; nothing can end a call on the host's own thread. */
  async terminate(): Promise<void> {
    await runtime.nextTurn();
    if (this.#hasEnded) return;
    runtime.warn(
      `${this.#init.identity.own.name} runs on its host's thread, which nothing can end: its call goes on until it returns`,
      "MANYHANDS_WORKER_LINGERS",
    );
    this.#end(1, true);
  }

  #end(code: number, isForced: boolean = false): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    endInline(this.#init.identity.own, isForced);
    this.#asHost(() => this.#onEnd({ code }));
  }

  #scope(): ThreadScope {
    return {
      onStart: (listener) => listener(this.#init),
      post: (message) => void this.#asHost(() => deliver(this.#toHost, message)),
      onMessage: (listener) => void this.#toWorker.push(listener),
      // What this thread does not catch, how it prints and when it ends is its own affair.
      onFatal: () => {},
      onExit: () => {},
      printWholeLines: () => {},
      exit: (code) => this.#end(code),
    };
  }

  #run(): void {
    if (this.#hasEnded) return;
    const { call } = this.#init;
    if (call === undefined) void new WorkerLoop(this.#init, this.#scope()).run();
    else void this.#call(call);
  }

  async #call(call: ProcessCall): Promise<void> {
    const control = new Int32Array(this.#init.link.buffer);
    Atomics.store(control, ControlWord.State, WorkerState.Ready);
    const failure = await failureOf(() => makeCall(call));
    if (failure !== undefined && !this.#hasEnded) {
      await reportUncaught(failure.error, this.#init.identity.own.name, this.#scope(), "inline");
      // The host hears of the error before it hears of the end.
      await runtime.nextTurn();
    }
    this.#end(failure === undefined ? 0 : 1);
  }
}

async function deliver(listeners: readonly Listener[], message: unknown): Promise<void> {
  await undefined;
  for (const listener of listeners) listener(message);
}
