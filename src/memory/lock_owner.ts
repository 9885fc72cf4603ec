import { heapOwner } from "./allocator.ts";
import { LAST_OWNER } from "./heap_layout.ts";
import { CONTROL_OFFSET, typedView } from "./linear_memory.ts";

let ofProcess: (() => number) | undefined;

/** Says how to find the number of the process that runs now where several share this thread; 0 where it has none of its own. */
export function adoptProcessOwners(find: () => number): void {
  ofProcess = find;
}

/** Number under which the process that runs now takes locks where it shares this thread; 0 where that is the thread's. */
export function processOwner(): number {
  return ofProcess === undefined ? 0 : ofProcess();
}

/** Number under which the process that runs now takes locks. */
export function lockOwner(): number {
  return processOwner() || heapOwner();
}

/** A new number for one that is no thread of its own. */
export function claimOwner(): number {
  heapOwner();
  return Atomics.add(typedView(Int32Array, CONTROL_OFFSET, 16), LAST_OWNER, 1) + 1;
}
