import { markTask } from "../core/task_reference.ts";

/** Options of `task`. */
export interface TaskOptions {
  /** Name under which the worker finds the function; needed where the function has none. Default: its own name. */
  name?: string;
}

/**
 * Lets other processes run `fn`: they load its module and take the function of that name. The function stays callable as
 * before; it needs no export, and it sees all of its module. Call it at the top level of the module, not in a condition.
 *
 * @param base the module that holds `fn`: `import.meta`, or the module's URL
 * @param fn what to run there; it may be async
 * @returns `fn`
 * @throws {TypeError} where `fn` is no function or has no name, or `base` holds no URL
 *
 * Python's counterpart is pickling by reference: any function at the top level of a module can be sent.
 *
 * @example
 * ```ts ignore
 * import { isMainProcess, Pool, task } from "@manyhands/manyhands";
 *
 * const double = task(import.meta, function double(x: number) {
 *   return 2 * x;
 * });
 *
 * if (isMainProcess) {
 *   const pool = new Pool(2);
 *   console.log(await pool.map(double, [5, 10, 20])); // [ 10, 20, 40 ]
 *   await pool.terminate();
 * }
 * ```
 */
export function task<F extends (...args: never[]) => unknown>(
  base: { readonly url: string } | URL | string,
  fn: F,
  options: TaskOptions = {},
): F {
  if (typeof fn !== "function") throw new TypeError(`Cannot make a task: expected a function, found ${typeof fn}`);
  const name = options.name ?? fn.name;
  if (name === "") throw new TypeError("Cannot make a task of a function without a name: give it one, or { name }");
  const url = typeof base === "string" ? base : base instanceof URL ? base.href : base?.url;
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new TypeError(`Cannot make the task ${name}: expected import.meta or a module's URL, found ${String(url)}`);
  }
  return markTask(fn, { url, name });
}
