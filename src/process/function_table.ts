import { type LoadedTask, loadTask } from "./load_task.ts";
import type { TaskDefinition } from "./task_definition.ts";

/** The functions that a host has described to this worker, by number. */
export class FunctionTable {
  readonly #definitions = new Map<number, TaskDefinition>();
  readonly #loaded: (LoadedTask | undefined)[] = [];

  define(number: number, definition: unknown): void {
    this.#definitions.set(number, definition as TaskDefinition);
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
