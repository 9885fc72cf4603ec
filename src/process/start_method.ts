import { ManyhandsError } from "../core/errors.ts";
import { encodingForOutside } from "../core/wire.ts";
import { isInline } from "./process_identity.ts";

/**
 * How a process is started. `"worker"`: as a thread, which shares memory; `"process"`: as a process of its own of the
 * operating system; `"inline"`: on the thread that starts it.
 */
export type StartMethod = "worker" | "process" | "inline";

const methods: readonly StartMethod[] = ["worker", "process", "inline"];

let chosen: StartMethod | undefined;

/**
 * All start methods, the default first. Python: `multiprocessing.get_all_start_methods()`.
 *
 * @example
 * ```ts
 * import { getAllStartMethods } from "@manyhands/manyhands";
 *
 * console.log(getAllStartMethods()); // [ "worker", "process", "inline" ]
 * ```
 */
export function getAllStartMethods(): StartMethod[] {
  return [...methods];
}

/**
 * The start method of what names none: `"worker"`, or what `setStartMethod` set. A process that was started has the
 * method by which it was. Python: `multiprocessing.get_start_method()`.
 *
 * @example
 * ```ts
 * import { getStartMethod } from "@manyhands/manyhands";
 *
 * console.log(getStartMethod()); // worker
 * ```
 */
export function getStartMethod(): StartMethod {
  return isInline() ? "inline" : chosen ?? "worker";
}

/**
 * Sets the start method of what names none. Python: `multiprocessing.set_start_method()`.
 *
 * @param force whether it may have been set before
 * @throws {RangeError} where there is no such method
 * @throws {ManyhandsError} with code `ERR_CONTEXT_SET` where it was set before and `force` is not given
 *
 * @example
 * ```ts
 * import { getStartMethod, isMainProcess, setStartMethod } from "@manyhands/manyhands";
 *
 * if (isMainProcess) setStartMethod("process", true);
 * console.log(getStartMethod()); // process
 * ```
 */
export function setStartMethod(method: StartMethod, force = false): void {
  const known = startMethod(method);
  if (chosen !== undefined && !force) {
    throw new ManyhandsError("ERR_CONTEXT_SET", `Cannot set the start method to ${known}: it is ${chosen} already`);
  }
  chosen = known;
}

/** Tells a process that was started how it was. */
export function adoptStartMethod(method: StartMethod): void {
  chosen = method;
}

/** Encodes what goes to a child that the method starts, or comes from one. */
export function encodingBy<R>(method: StartMethod, to: "child" | "parent", encode: () => R): R {
  return method === "process" ? encodingForOutside(encode, to) : encode();
}

/**
 * Checks a method's name; without one it is that of `getStartMethod`.
 *
 * @throws {RangeError} where there is no such method
 */
export function startMethod(name: string | undefined): StartMethod {
  if (name === undefined) return getStartMethod();
  const found = methods.find((method) => method === name);
  if (found !== undefined) return found;
  const shown = typeof name === "string" ? JSON.stringify(name) : String(name);
  throw new RangeError(`Cannot find context ${shown}: expected ${methods.map((m) => JSON.stringify(m)).join(", ")}`);
}
