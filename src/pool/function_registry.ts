import { detach, type Payload } from "../channel/frame_sender.ts";
import { defineTask, type TaskDeps, type TaskLike } from "../process/define_task.ts";
import { encodingBy, type StartMethod } from "../process/start_method.ts";
import { definitionForm } from "../process/task_definition.ts";
import type { PoolFunction } from "./pool_task.ts";

/** A task that was registered before, as it was then: `{ module, export }` may have been changed since. */
interface Known {
  readonly task: TaskLike;
  readonly module: unknown;
  readonly export: unknown;
  readonly fn: PoolFunction;
}

/** Numbers the functions that a pool's workers are told of; equal ones get one number. */
export class FunctionRegistry {
  readonly #byIdentity = new WeakMap<object, Known>();
  readonly #byDefinition = new Map<string, PoolFunction>();
  readonly #method: StartMethod;
  /** The one that was asked for last: calls come in rows of one function. */
  #last: Known | undefined;

  /** For workers that the method starts. */
  constructor(method: StartMethod) {
    this.#method = method;
  }

  /** Throws what `defineTask` throws. */
  register(task: TaskLike, deps: TaskDeps | undefined): PoolFunction {
    if (deps !== undefined) return this.#define(task, deps);
    let known = this.#last;
    if (known === undefined || known.task !== task) known = this.#byIdentity.get(task);
    const { module, export: name } = Object(task) as { module?: unknown; export?: unknown };
    if (known === undefined || known.module !== module || known.export !== name) {
      known = { task, module, export: name, fn: this.#define(task, undefined) };
      this.#byIdentity.set(task, known);
    }
    this.#last = known;
    return known.fn;
  }

  #define(task: TaskLike, deps: TaskDeps | undefined): PoolFunction {
    const encode = (): Payload => detach(definitionForm(defineTask(task, deps)), "deps");
    const payload = encodingBy(this.#method, "child", encode);
    if (!("bytes" in payload)) throw new TypeError("A task's definition is always plain data");
    const key = latin1(payload.bytes);
    let fn = this.#byDefinition.get(key);
    if (fn === undefined) {
      fn = { number: this.#byDefinition.size, definition: payload, packed: 0 };
      this.#byDefinition.set(key, fn);
    }
    return fn;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
