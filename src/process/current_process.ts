import { ownIdentity, type ProcessIdentity } from "./process_identity.ts";
import { ownSignal } from "./task_signal.ts";

/** The process that runs this code, as {@linkcode currentProcess} tells of it. */
export class CurrentProcess {
  /** Made by `currentProcess`. */
  constructor(identity: ProcessIdentity) {
    Object.assign(this, identity);
  }

  /**
   * Aborted with an `InterruptedError` when `Process.interrupt` asks this process to end or, in a worker of a pool, when
   * the task that it runs is cancelled, aborted or over its time; it then has 100 ms. Its `aborted` tells the truth also
   * in a loop that never waits.
   */
  get signal(): AbortSignal {
    return ownSignal();
  }

  /** `null`: it has not ended. */
  get exitCode(): null {
    return null;
  }

  /** `true`. */
  isAlive(): boolean {
    return true;
  }
}

/** Who it is. */
export interface CurrentProcess extends ProcessIdentity {}

const known: WeakMap<ProcessIdentity, CurrentProcess> = new WeakMap();

/**
 * The process that runs this code: the main one (`"MainProcess"`), a `Process`, or a worker of a pool.
 * Python: `multiprocessing.current_process()`.
 *
 * @example
 * ```ts
 * import { currentProcess } from "@manyhands/manyhands";
 *
 * console.log(currentProcess().name); // MainProcess
 * ```
 */
export function currentProcess(): CurrentProcess {
  const identity = ownIdentity();
  let current = known.get(identity);
  if (current === undefined) known.set(identity, current = new CurrentProcess(identity));
  return current;
}
