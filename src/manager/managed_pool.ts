import { Pool } from "../pool/pool.ts";
import type { TaskLike } from "../process/define_task.ts";
import type { TaskDefinition } from "../process/task_definition.ts";
import { currentCall } from "./call.ts";

/** A pool that a server keeps for its clients. Its workers are the server's. */
export class ManagedPool {
  readonly #pool: Pool;

  /** Starts so many workers. */
  constructor(processes?: number) {
    this.#pool = processes === undefined ? new Pool() : new Pool(processes);
  }

  apply(definition: TaskDefinition, args: unknown[]): Promise<unknown> {
    return this.#pool.apply(taskOf(definition) as never, args as never, depsOf(definition));
  }

  map(definition: TaskDefinition, items: unknown[]): Promise<unknown[]> {
    return this.#pool.map(taskOf(definition) as never, items as never, depsOf(definition)) as Promise<unknown[]>;
  }

  starmap(definition: TaskDefinition, items: unknown[][]): Promise<unknown[]> {
    return this.#pool.starmap(taskOf(definition) as never, items as never, depsOf(definition)) as Promise<unknown[]>;
  }

  imap(definition: TaskDefinition, items: unknown[]): AsyncIterableIterator<unknown> {
    return this.#pool.imap(taskOf(definition) as never, items as never, depsOf(definition));
  }

  imapUnordered(definition: TaskDefinition, items: unknown[]): AsyncIterableIterator<unknown> {
    return this.#pool.imapUnordered(taskOf(definition) as never, items as never, depsOf(definition));
  }

  close(): void {
    this.#pool.close();
  }

  async join(): Promise<void> {
    await this.#pool.join();
  }

  async terminate(): Promise<void> {
    await this.#pool.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }
}

/** A task that the pool finds where the client's is. Throws where the client may not bring any. */
function taskOf(definition: TaskDefinition): TaskLike {
  currentCall().caller.checkFunctions();
  if ("url" in definition) return { module: definition.url, export: definition.name };
  return functionOf(definition.source);
}

function depsOf(definition: TaskDefinition): { deps?: Record<string, unknown> } {
  if ("url" in definition) return {};
  const functions = Object.entries(definition.functions).map(([name, source]) => [name, functionOf(source)]);
  return { deps: { ...definition.deps, ...Object.fromEntries(functions) } };
}

/** The function of a source text, which the pool reads again. */
function functionOf(source: string): (...args: never[]) => unknown {
  return new Function(`return (${source}\n);`)();
}
