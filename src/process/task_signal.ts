import { interruptSignal } from "../core/interrupt.ts";
import type { TaskAbort } from "../core/task_abort.ts";
import { ownIdentity, type ProcessIdentity } from "./process_identity.ts";

/** By who the worker is, since several may share a thread. */
const aborts = new WeakMap<ProcessIdentity, TaskAbort>();

/** Says where the signals of a worker's tasks come from. */
export function provideTaskAbort(worker: ProcessIdentity, abort: TaskAbort): void {
  aborts.set(worker, abort);
}

/** The signal by which the code that runs is asked to end. */
export function ownSignal(): AbortSignal {
  return aborts.get(ownIdentity())?.signal ?? interruptSignal();
}
