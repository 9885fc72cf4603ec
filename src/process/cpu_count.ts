import { runtime } from "../runtime/current.ts";

/**
 * Cores that this program may use, at least 1: those that the system lets it run on, at most its share by a quota of the
 * control group (as in a container), at most `MANYHANDS_CPU_COUNT` of the environment. A `Pool` has as many workers.
 * Python: `os.process_cpu_count()`; `multiprocessing.cpu_count()` counts the machine's.
 *
 * @throws {RangeError} where `MANYHANDS_CPU_COUNT` is no whole number from 1 on
 *
 * @example
 * ```ts
 * import { cpuCount } from "@manyhands/manyhands";
 *
 * console.log(cpuCount() >= 1); // true
 * ```
 */
export function cpuCount(): number {
  return runtime.cores();
}
