import { ControlWord } from "../channel/link_layout.ts";
import { aborted } from "../core/aborted.ts";

let own: SharedArrayBuffer | undefined;
let parent: Int32Array | undefined;

/** Tells this worker where its host tells of its end, and where the host of its parent tells of the parent's. */
export function adoptLives(ownLink: SharedArrayBuffer, parentLink: SharedArrayBuffer | undefined): void {
  own = ownLink;
  parent = parentLink === undefined ? undefined : new Int32Array(parentLink);
}

/** Where children of this process can see its end. The main program has none: nothing that could look outlives it. */
export function ownLife(): SharedArrayBuffer | undefined {
  return own;
}

/** Whether the process that started this one has not ended. */
export function isParentAlive(): boolean {
  return parent === undefined || Atomics.load(parent, ControlWord.Ended) === 0;
}

/** Resolves once the parent may have ended, or the signal aborts. */
export async function parentMayHaveEnded(signal?: AbortSignal): Promise<void> {
  if (parent === undefined) return await aborted(signal);
  const wait = Atomics.waitAsync(parent, ControlWord.Ended, 0);
  if (wait.async) await Promise.race([wait.value, aborted(signal)]);
}
