import { hasObjectCodec } from "../channel/object_codec.ts";
import { CapturedVariableError, TaskLoadError } from "../core/errors.ts";
import { loadModules } from "../core/late_modules.ts";
import { markedTask } from "../core/task_reference.ts";
import { isInline } from "./process_identity.ts";
import type { TaskDefinition } from "./task_definition.ts";
import { whileLoading } from "./main_guard.ts";

/** A function of this process that a host asked for. */
export type LoadedTask = (...args: unknown[]) => unknown;

/**
 * Gets the function that a definition describes.
 *
 * @throws {TaskLoadError} where the module cannot be loaded or has no such function
 */
export async function loadTask(definition: TaskDefinition): Promise<LoadedTask> {
  if ("source" in definition) return evaluate(definition);
  // On its maker's thread, one that was marked needs no loading: its module may be waiting for the very call. Elsewhere a
  // module may have marked it and failed after that.
  const marked = isInline() ? markedTask(definition) : undefined;
  if (marked !== undefined) return marked as LoadedTask;
  const module = await importModule(definition.url, definition.name);
  const found = markedTask(definition) ?? module[definition.name];
  if (typeof found === "function") return found as LoadedTask;
  const exports = Object.keys(module).join(", ") || "nothing";
  throw new TaskLoadError(
    found === undefined
      ? `Cannot run ${definition.name}: ${definition.url} neither exports it nor marks it by task() while it is loaded; ` +
        `it exports ${exports}`
      : `Cannot run ${definition.name} of ${definition.url}: expected a function, found ${typeof found}`,
  );
}

/**
 * Loads the module at `url`, for the sake of its `name`.
 *
 * @throws {TaskLoadError} where it cannot be loaded
 * @throws {MainGuardError} where it starts processes meanwhile
 */
export async function importModule(url: string, name: string): Promise<Record<string, unknown>> {
  try {
    const module = await whileLoading(url, () => import(url) as Promise<Record<string, unknown>>);
    // A module that uses queues may read there, without a wait, what it knows nothing of.
    if (hasObjectCodec()) await loadModules();
    return module;
  } catch (cause) {
    if (cause instanceof Error && cause.name === "MainGuardError") throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TaskLoadError(`Cannot load ${url} for ${name}: ${reason}`, { cause });
  }
}

type SourceDefinition = Extract<TaskDefinition, { source: string }>;

function evaluate(definition: SourceDefinition): LoadedTask {
  const { source, deps, functions } = definition;
  const values = Object.keys(deps).map((name) => `const ${name} = deps.${name};`).join("\n");
  const helpers = Object.entries(functions).map(([name, text]) => `const ${name} = (${text}\n);`).join("\n");
  const make = new Function("deps", `"use strict";\n${values}\n${helpers}\nreturn (${source}\n);`);
  const fn = make(deps) as LoadedTask;
  return (...args) => {
    try {
      const value = fn(...args);
      return value instanceof Promise ? value.catch((error) => Promise.reject(explained(error, definition))) : value;
    } catch (error) {
      throw explained(error, definition);
    }
  };
}

/** A name that is missing here was there where the function was written: says so, and what to do. */
function explained(error: unknown, { source, name, functions }: SourceDefinition): unknown {
  if (!(error instanceof ReferenceError)) return error;
  const variable = /^(?:Can't find variable: )?([\p{ID_Start}_$][\p{ID_Continue}$]*)(?: is not defined)?$/u
    .exec(error.message)?.[1];
  const mentions = variable !== undefined &&
    [source, ...Object.values(functions)].some((text) => text.includes(variable));
  if (!mentions) return error;
  return new CapturedVariableError(
    variable,
    `The function ${
      name || "without a name"
    } uses ${variable}, which is not there in the worker: a function sent by its ` +
      `source text takes nothing along. Pass it as deps: { ${variable} }, or mark the function by task(import.meta, …)`,
    { cause: error },
  );
}
