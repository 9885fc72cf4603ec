import type { RegisteredKernel } from "../kernels/register_kernel.ts";
import { openTextKernel, type TextKernel, textKernelOf } from "../kernels/text_kernel.ts";
import { Crew } from "./crew.ts";
import type { TextReport } from "./report.ts";
import { kernelIdentity } from "./run_checkpoint.ts";
import { runText } from "./run_text.ts";
import type { RunnerPool } from "./task_runner.ts";
import { type LowercaseOptions, readOptions, shown } from "./text_options.ts";

/** Options of {@linkcode mapKernel}. */
export interface MapKernelOptions extends Omit<LowercaseOptions, "invalid"> {
  /** What `registerKernel` made, with a function for text or one for bytes (`"B"`). */
  kernel: RegisteredKernel;
  /** Milliseconds that one call of the kernel may take; a minute by default, `Infinity` for any time. */
  timeout?: number;
}

/** Of a call on a piece of a text, which mostly is of 128 KiB. */
const DEFAULT_TIMEOUT = 60_000;

/**
 * Runs a kernel of one's own over texts or bytes of any size in flat memory, as `lowercase` lower-cases them, with the
 * same options: workers read their parts of a file straight into shared linear memory, run the kernel there and write
 * what it becomes at its place. Without a counterpart in Python.
 *
 * The kernel gets pieces that are cut where `registerKernel` was told that they may be. A piece for which it traps, or
 * returns no length that can be, fails its input, and a call that takes longer than `timeout` ends the run: not every
 * runtime can end a thread that is in such a call. An output appears under its name only when it is complete.
 *
 * @returns what was done; the inputs that failed are in `failed`
 * @throws {TypeError} where an option is of the wrong kind, or the kernel has no function for text or bytes
 * @throws {UnsupportedError} where the WASM cannot work on the shared memory
 * @throws {KernelError} where a call took too long
 * @throws what `lowercase` throws
 *
 * @example
 * ```ts ignore
 * import { isMainProcess, registerKernel } from "@manyhands/manyhands";
 * import { mapKernel } from "@manyhands/manyhands/text";
 *
 * const url = new URL("./rot13.wasm", import.meta.url);
 * const rot13 = registerKernel(import.meta, url, { text: { export: "rot13", cut: "bytes" } });
 * if (isMainProcess) await mapKernel({ kernel: rot13, input: "corpus", output: "rotated" });
 * ```
 */
export async function mapKernel(options: MapKernelOptions): Promise<TextReport> {
  return await mapKernelWith(startCrew, options);
}

/** `mapKernel` on the pool that `startPool` makes. */
export async function mapKernelWith(
  startPool: (processes: number, source: TextKernel) => RunnerPool,
  { kernel, timeout, ...options }: MapKernelOptions,
): Promise<TextReport> {
  const source = textKernelOf(kernel);
  if (source !== undefined) return await runKernel(startPool, source, options, timeout);
  throw new TypeError(
    typeof kernel === "function"
      ? 'Cannot run the kernel on text: expected one that is registered with a function for text or for bytes ("B")'
      : `Cannot run a kernel: expected what registerKernel makes, found ${shown(kernel)}`,
  );
}

/** The same with a kernel that is not registered. */
export async function mapTextKernel(
  source: TextKernel,
  options: LowercaseOptions,
  timeout?: number,
): Promise<TextReport> {
  return await runKernel(startCrew, source, options, timeout);
}

function startCrew(processes: number, source: TextKernel): RunnerPool {
  return new Crew(processes, { kernel: source });
}

async function runKernel(
  startPool: (processes: number, source: TextKernel) => RunnerPool,
  source: TextKernel,
  options: LowercaseOptions,
  timeout: number = DEFAULT_TIMEOUT,
): Promise<TextReport> {
  if (!(typeof timeout === "number" && timeout > 0)) {
    throw new RangeError(`Cannot run the kernel: expected timeout to be milliseconds above 0, found ${shown(timeout)}`);
  }
  // What cannot be is told before anything is written.
  openTextKernel(source);
  const settings = readOptions(options, { source, timeout });
  return await runText(settings, kernelIdentity, (processes) => startPool(processes, source));
}
