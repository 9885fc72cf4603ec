import { TaskLoadError } from "../core/errors.ts";
import { importModule, type LoadedTask } from "./load_task.ts";
import type { ProcessInstance } from "./process_call.ts";

/** Key of the static method by which `Process` makes an instance again in the process that is to run it. */
export const rebuildProcess: unique symbol = Symbol.for("manyhands.rebuildProcess") as never;

/** What an instance is made of again. */
export interface RebuiltParts {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly target: LoadedTask | undefined;
  readonly args: readonly unknown[];
}

/** A subclass of `Process`, as this process sees it; to know `Process` itself would make each worker load all of it. */
export interface ProcessClass {
  readonly name: string;
  [rebuildProcess](parts: RebuiltParts): { run(): unknown };
}

const started: Map<string, ProcessClass> = new Map();

/** Remembers a class that this process starts: inline, its module may be waiting for the very instance that needs it. */
function rememberProcessClass(url: string, Class: ProcessClass): void {
  started.set(`${url}#${Class.name}`, Class);
}

/**
 * Loads the module of a subclass of `Process`.
 *
 * @throws {TaskLoadError} where the module cannot be loaded or does not export the class
 */
export async function loadProcessClass({ url, name }: Omit<ProcessInstance, "fields">): Promise<ProcessClass> {
  const known = started.get(`${url}#${name}`);
  if (known !== undefined) return known;
  const module = await importModule(url, name);
  const found = [module[name], ...Object.values(module)].find((value) => isProcessClass(value) && value.name === name);
  if (found !== undefined) return found as ProcessClass;
  throw new TaskLoadError(
    `Cannot run ${name}: ${url} does not export a subclass of Process under that name; it exports ${
      Object.keys(module).join(", ") || "nothing"
    }`,
  );
}

function isProcessClass(value: unknown): value is ProcessClass {
  return typeof value === "function" && rebuildProcess in value;
}

/** Fields of every process, which a subclass's instance has anyway in the process that runs it. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["name", "daemon", "exited"]);

/**
 * What to send of an instance of a subclass, for its `run` to run elsewhere.
 *
 * @throws {TypeError} where the class does not say which module exports it
 */
export function instanceToRun(instance: { readonly name: string }): ProcessInstance {
  const { module: url, name } = instance.constructor as unknown as { module: string | URL | undefined; name: string };
  if (url === undefined || !URL.canParse(String(url))) {
    throw new TypeError(
      `Cannot start ${instance.name}: its class ${name} has a run of its own, so expected the URL of the module that ` +
        `exports it as static override readonly module = import.meta.url, found ${String(url)}`,
    );
  }
  rememberProcessClass(String(url), instance.constructor as unknown as ProcessClass);
  const fields = Object.fromEntries(Object.entries(instance).filter(([key]) => !OWN_FIELDS.has(key)));
  return { url: String(url), name, fields };
}
