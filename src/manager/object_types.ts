import type { TaskDefinition } from "../process/task_definition.ts";
import { loadTask } from "../process/load_task.ts";
import { ManagedBarrier } from "./managed_barrier.ts";
import { ManagedCondition } from "./managed_condition.ts";
import { ManagedDict } from "./managed_dict.ts";
import { ManagedEvent } from "./managed_event.ts";
import { ManagedItems } from "./managed_items.ts";
import { ManagedList } from "./managed_list.ts";
import { ManagedLock } from "./managed_lock.ts";
import { ManagedNamespace } from "./managed_namespace.ts";
import { ManagedPool } from "./managed_pool.ts";
import { ManagedQueue } from "./managed_queue.ts";
import { ManagedSemaphore } from "./managed_semaphore.ts";
import { ManagedSet } from "./managed_set.ts";

/** A type whose objects a server makes. */
export interface ObjectType {
  readonly create: (...args: never[]) => unknown;
  /** Methods that clients may call. Default: all that do not begin with `_`. */
  readonly exposed?: readonly string[] | undefined;
}

/** A type that a user has registered; plain data. */
export interface RegisteredType {
  readonly name: string;
  readonly definition: TaskDefinition;
  readonly exposed: readonly string[] | undefined;
}

/** The types that every server has. */
export function builtInTypes(): Map<string, ObjectType> {
  const types: Record<string, ObjectType["create"]> = {
    dict: (entries: [unknown, unknown][]) => new ManagedDict(entries),
    list: (items: unknown[]) => new ManagedList(items),
    set: (members: unknown[]) => new ManagedSet(members),
    Namespace: (values: Record<string, unknown>) => new ManagedNamespace(values),
    Queue: (maxsize: number) => new ManagedQueue(maxsize),
    JoinableQueue: (maxsize: number) => new ManagedQueue(maxsize),
    Lock: () => new ManagedLock(false),
    RLock: () => new ManagedLock(true),
    Semaphore: (permits: number) => new ManagedSemaphore(permits),
    BoundedSemaphore: (permits: number) => new ManagedSemaphore(permits, true),
    Event: () => new ManagedEvent(),
    Condition: () => new ManagedCondition(new ManagedLock(true)),
    Barrier: (parties: number, timeout?: number) => new ManagedBarrier(parties, timeout),
    Value: (kind: string, value: unknown) => new ManagedItems(kind as never, [value]),
    Array: (kind: string, items: number | unknown[]) => new ManagedItems(kind as never, items),
    Pool: (processes?: number) => new ManagedPool(processes),
  };
  return new Map(Object.entries(types).map(([name, create]) => [name, { create }]));
}

/** A registered type, loaded. Rejects with a `TaskLoadError` where it cannot be. */
export async function loadType({ definition, exposed }: RegisteredType): Promise<ObjectType> {
  const create = await loadTask(definition);
  return { create: (...args: unknown[]) => create(...args), exposed };
}
