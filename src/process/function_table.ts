import { type LoadedTask, loadTask } from "./load_task.ts";
import { definitionOf, type TaskDefinition } from "./task_definition.ts";

/** The functions that a host has described to this worker, by number. */
export class FunctionTable {
  readonly #definitions = new Map<number, TaskDefinition>();
  readonly #loaded: (LoadedTask | undefined)[] = [];

  define(number: number, form: unknown): void {
    this.#definitions.set(number, definitionOf(form));
  }

  /** Whether the function is of a module that is still to be loaded, and this package with it. */
  loadsPackage(number: number): boolean {
    const definition = this.#definitions.get(number);
    return definition !== undefined && "isMarked" in definition && this.#loaded[number] === undefined;
  }

  /** The function, where it is loaded already. */
  loaded(number: number): LoadedTask | undefined {
    return this.#loaded[number];
  }

  /** Loads the function for its first task, which so is the one to fail if loading ends the worker. */
  async load(number: number): Promise<LoadedTask> {
    const definition = this.#definitions.get(number);
    if (definition === undefined) throw new TypeError(`Function ${number} was never defined`);
    return this.#loaded[number] = await loadTask(definition);
  }
}
