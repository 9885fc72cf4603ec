import { encodeError } from "../channel/error_codec.ts";
import { ControlWord, WorkerState } from "../channel/link_layout.ts";
import { objectCodec } from "../channel/object_codec.ts";
import { InterruptedError } from "../core/errors.ts";
import { adoptInterruptWord, deliverInterrupt, isInterrupted } from "../core/interrupt.ts";
import { withModules } from "../core/late_modules.ts";
import { isRetired } from "../core/retirement.ts";
import { adoptStopWord, isStopRequested } from "../core/stop_request.ts";
import { releaseKernelThread } from "../kernels/thread_kernels.ts";
import { adoptOwnerWord } from "../memory/owner_word.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { runExitHooks, runExitHooksNow } from "./exit_hooks.ts";
import { decodeArguments, decodeDefinition, decodeFields } from "./call_parts.ts";
import { loadTask } from "./load_task.ts";
import type { ProcessCall } from "./process_call.ts";
import { loadProcessClass, rebuildProcess } from "./process_class.ts";
import { encodingBy, type StartMethod } from "./start_method.ts";
import type { WorkerInit } from "./worker_init.ts";
import type { FatalMessage, ThrownMessage } from "./worker_message.ts";

/**
 * Runs a process's target in its thread. After that the thread ends by itself, once its timers and children have: what
 * an unreferenced timer waits for does not hold it up.
 */
export async function runProcess(init: WorkerInit, call: ProcessCall, scope: ThreadScope): Promise<void> {
  const control = new Int32Array(init.link.buffer);
  const bell = new Doorbell(control, ControlWord.WorkerAsleep);
  const lifeline = runtime.lifeline();
  const { name } = init.identity.own;
  let hasReturned = false;
  const exit = (code: number): void => {
    if (Atomics.load(control, ControlWord.Forced) === 0) scope.exit(code);
  };
  adoptStopWord(control, ControlWord.Stop);
  adoptInterruptWord(control, ControlWord.Interrupt);
  const report = (error: unknown): void | Promise<void> => reportUncaught(error, name, scope, init.method);
  scope.onFatal(report);
  scope.onExit(runExitHooksNow);
  adoptOwnerWord(control, ControlWord.HeapOwner);
  Atomics.store(control, ControlWord.State, WorkerState.Ready);
  // A target may wait for what other threads do, which holds no thread by itself.
  lifeline.hold();
  const isOver = (): boolean => hasReturned || isStopRequested();
  void (async () => {
    let isInformed = false;
    const isWanted = (): boolean => isOver() || (isInterrupted() && !isInformed);
    while (!isOver()) {
      await bell.sleep(isWanted);
      if (!isInterrupted() || isInformed) continue;
      isInformed = true;
      deliverInterrupt();
    }
    if (hasReturned) return;
    releaseKernelThread();
    Atomics.store(control, ControlWord.State, WorkerState.Stopped);
    exit(1);
  })();
  const failure = await failureOf(() => makeCall(call));
  if (failure !== undefined) await report(failure.error);
  await runExitHooks();
  if (failure !== undefined) exit(1);
  hasReturned = true;
  bell.ring();
  lifeline.release();
}

/** Makes the call of a process. */
export async function makeCall(call: ProcessCall): Promise<void> {
  const definition = await decodeDefinition(call);
  const target = definition && await loadTask(definition);
  if (call.instance === undefined) return void await target?.(...await decodeArguments(call));
  const Class = await loadProcessClass(call.instance);
  const parts = { fields: await decodeFields(call.instance), target, args: await decodeArguments(call) };
  await Class[rebuildProcess](parts).run();
}

/** What `run` throws, in a box, since that may be `undefined`. */
export async function failureOf(run: () => Promise<void>): Promise<{ error: unknown } | undefined> {
  try {
    return void await run();
  } catch (error) {
    return { error };
  }
}

/** Prints what a process did not catch, and tells its host; later, where what carries errors is not loaded yet. */
export function reportUncaught(
  error: unknown,
  name: string,
  scope: ThreadScope,
  method: StartMethod,
): void | Promise<void> {
  // It was killed: what it ran into after that is no news, and nobody is told of it.
  if (isRetired()) return undefined;
  // Whoever interrupts a process knows why it ends.
  if (!isInterruption(error)) {
    const text = error instanceof Error ? error.stack ?? String(error) : runtime.inspect(error);
    runtime.writeError(`Uncaught error in ${name}: ${text}\n`);
  }
  return withModules(() => {
    scope.post(encodingBy(method, "parent", () => thrownMessage(error)));
  });
}

function isInterruption(error: unknown): boolean {
  return error instanceof InterruptedError || (error instanceof Error && error.cause instanceof InterruptedError);
}

/** What was thrown, whole where it can travel. */
function thrownMessage(error: unknown): ThrownMessage | FatalMessage {
  const { inspect, toCloneForm } = objectCodec();
  try {
    inspect([error], "error");
    if (error !== undefined) return { thrown: structuredClone(toCloneForm([error])) };
  } catch {
    // It goes without what cannot travel.
  }
  const known = error instanceof Error ? error : new Error(`Uncaught ${String(error)}`);
  return { fatal: encodeError(known, () => false) };
}
