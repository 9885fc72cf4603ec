import { toCloneForm } from "../channel/clone_form.ts";
import { encodeError } from "../channel/error_codec.ts";
import { inspect } from "../channel/inspect.ts";
import { ControlWord, WorkerState } from "../channel/link_layout.ts";
import { adoptStopWord, isStopRequested } from "../core/stop_request.ts";
import { releaseKernelThread } from "../kernels/instance.ts";
import { heapOwner } from "../memory/allocator.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadScope } from "../runtime/port.ts";
import { Doorbell } from "../sync/doorbell.ts";
import { loadTask } from "./load_task.ts";
import { decodeCall, type ProcessCall } from "./process_call.ts";
import type { FatalMessage, ThrownMessage, WorkerInit } from "./worker_init.ts";

/**
 * Runs a process's target in its thread. After that the thread ends by itself, once its timers and children have: what
 * an unreferenced timer waits for does not hold it up.
 */
export async function runProcess(init: WorkerInit, call: ProcessCall, scope: ThreadScope): Promise<void> {
  const control = new Int32Array(init.link.buffer);
  const bell = new Doorbell(control, ControlWord.WorkerAsleep);
  const lifeline = runtime.lifeline();
  let hasReturned = false;
  adoptStopWord(control, ControlWord.Stop);
  scope.onFatal((error) => reportUncaught(error, init.identity.own.name, scope));
  Atomics.store(control, ControlWord.HeapOwner, heapOwner());
  Atomics.store(control, ControlWord.State, WorkerState.Ready);
  // A target may wait for what other threads do, which holds no thread by itself.
  lifeline.hold();
  const isOver = (): boolean => hasReturned || isStopRequested();
  void (async () => {
    while (!isOver()) await bell.sleep(isOver);
    if (hasReturned) return;
    releaseKernelThread();
    Atomics.store(control, ControlWord.State, WorkerState.Stopped);
    scope.exit(1);
  })();
  try {
    const { definition, args } = decodeCall(call);
    const target = await loadTask(definition);
    await target(...args);
  } catch (error) {
    reportUncaught(error, init.identity.own.name, scope);
    scope.exit(1);
  }
  hasReturned = true;
  bell.ring();
  lifeline.release();
}

function reportUncaught(error: unknown, name: string, scope: ThreadScope): void {
  runtime.writeError(`Uncaught error in ${name}: ${error instanceof Error ? error.stack ?? error : String(error)}\n`);
  scope.post(thrownMessage(error));
}

/** What was thrown, whole where it can travel. */
function thrownMessage(error: unknown): ThrownMessage | FatalMessage {
  try {
    inspect([error], "error");
    if (error !== undefined) return { thrown: structuredClone(toCloneForm([error])) };
  } catch {
    // It goes without what cannot travel.
  }
  const known = error instanceof Error ? error : new Error(`Uncaught ${String(error)}`);
  return { fatal: encodeError(known, () => false) };
}
