/** Where a function that other processes run can be found: its module and its name there. */
export interface TaskReference {
  /** URL of the module that marks or exports the function. */
  readonly url: string;
  /** Name under which the module marked it or exports it. */
  readonly name: string;
}

/** Does a kernel's work on part of a shared array where it lies: `length` items from `byteOffset` of the linear memory. */
export type InPlaceTask = (typecode: string, byteOffset: number, length: number) => void;

// Symbols of the global registry, so that two copies of this module in one program know each other's tasks.
const referenceKey: unique symbol = Symbol.for("manyhands.taskReference") as never;
const inPlaceKey: unique symbol = Symbol.for("manyhands.inPlaceTask") as never;

type AnyFunction = (...args: never[]) => unknown;
type Marked = AnyFunction & { [referenceKey]?: TaskReference; [inPlaceKey]?: InPlaceTask };

const marked = new Map<string, AnyFunction>();

/** Makes `fn` findable by `reference` in every process that loads the module at `reference.url`; returns `fn`. */
export function markTask<F extends AnyFunction>(fn: F, reference: TaskReference): F {
  marked.set(`${reference.url}#${reference.name}`, fn);
  Object.defineProperty(fn, referenceKey, { value: reference, configurable: true });
  return fn;
}

/** The reference that `markTask` gave to a function. */
export function taskReferenceOf(fn: unknown): TaskReference | undefined {
  return typeof fn === "function" ? (fn as Marked)[referenceKey] : undefined;
}

/** The function that this process has marked with an equal reference. */
export function markedTask(reference: TaskReference): AnyFunction | undefined {
  return marked.get(`${reference.url}#${reference.name}`);
}

/** Gives a kernel the marked task that does its work in place, for `Pool.mapInPlace`; returns the kernel. */
export function markInPlace<F extends AnyFunction>(kernel: F, inPlace: InPlaceTask): F {
  Object.defineProperty(kernel, inPlaceKey, { value: inPlace, configurable: true });
  return kernel;
}

/** The in-place task of a kernel, if it has one. */
export function inPlaceTaskOf(kernel: unknown): InPlaceTask | undefined {
  return typeof kernel === "function" ? (kernel as Marked)[inPlaceKey] : undefined;
}
