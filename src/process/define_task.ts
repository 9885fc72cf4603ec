import { TaskEncodingError, TaskLoadError } from "../core/errors.ts";
import { taskReferenceOf } from "../core/task_reference.ts";
import { inspect } from "../channel/inspect.ts";
import { functionExpression } from "./function_source.ts";
import type { TaskDefinition } from "./task_definition.ts";

/**
 * What a pool or a process can run: a function (marked by `task`, or sent by its source text), or the name of an export
 * of a module.
 */
export type TaskLike<A extends unknown[] = never[], R = unknown> =
  | ((...args: A) => R)
  | { readonly module: URL | string; readonly export: string };

/** Values and functions that a function sent by its source text uses by name. */
export type TaskDeps = Readonly<Record<string, unknown>>;

/**
 * Says how a worker finds a task.
 *
 * @throws {TypeError} where `task` is neither a function nor `{ module, export }`
 * @throws {TaskLoadError} where a module's URL is not absolute or a function has no source text
 * @throws {TaskEncodingError} where one of `deps` cannot travel
 */
export function defineTask(task: TaskLike, deps: TaskDeps = {}): TaskDefinition {
  if (typeof task === "function") {
    const reference = taskReferenceOf(task);
    if (reference === undefined) return sourceDefinition(task, deps);
    return { url: reference.url, name: reference.name, isMarked: true };
  }
  if (typeof task !== "object" || task === null || !("module" in task) || typeof task.export !== "string") {
    throw new TypeError(`Cannot run the task: expected a function or { module, export }, found ${describe(task)}`);
  }
  const url = String(task.module);
  if (!URL.canParse(url)) {
    throw new TaskLoadError(
      `Cannot run ${task.export}: expected an absolute URL of its module, such as ` +
        `new URL("./tasks.ts", import.meta.url), found ${url}`,
    );
  }
  return { url, name: task.export };
}

function sourceDefinition(task: (...args: never[]) => unknown, deps: TaskDeps): TaskDefinition {
  const values: Record<string, unknown> = {};
  const functions: Record<string, string> = {};
  for (const [name, value] of Object.entries(deps)) {
    if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) {
      throw new TaskEncodingError(`deps[${JSON.stringify(name)}]`, "under a name that no function can use");
    }
    if (typeof value === "function") functions[name] = functionExpression(value as () => unknown, `deps.${name}`);
    else if (inspect(value, `deps.${name}`) === "cloned") {
      throw new TaskEncodingError(`deps.${name}`, "a value that only travels as an argument");
    } else values[name] = value;
  }
  return { source: functionExpression(task, "the task"), name: task.name, deps: values, functions };
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? `an object with ${Object.keys(value).join(", ") || "no fields"}` : typeof value;
}
