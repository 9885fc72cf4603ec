import { runtime } from "../runtime/current.ts";
import { ownIdentity, parentIdentity, type ProcessIdentity } from "./process_identity.ts";

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
export function currentProcess(): ProcessIdentity {
  return ownIdentity();
}

/**
 * The process that started this one; `null` in the main process. It lives as long as this one does: the threads that a
 * process started end with it. Python: `multiprocessing.parent_process()`.
 *
 * @example
 * ```ts
 * import { parentProcess } from "@manyhands/manyhands";
 *
 * console.log(parentProcess()); // null
 * ```
 */
export function parentProcess(): ProcessIdentity | null {
  return parentIdentity() ?? null;
}

/**
 * Cores that this program may use, as its runtime tells: at least 1; affinity and quotas count where the runtime looks
 * at them. Python: `os.process_cpu_count()`; `multiprocessing.cpu_count()` counts the machine's.
 *
 * @example
 * ```ts
 * import { cpuCount } from "@manyhands/manyhands";
 *
 * console.log(cpuCount() >= 1); // true
 * ```
 */
export function cpuCount(): number {
  return Math.max(1, runtime.cores());
}
