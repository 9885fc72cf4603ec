import { type SettleOptions, settlesUnless } from "../core/deadline.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";
import { isParentAlive, parentMayHaveEnded } from "./parent_life.ts";
import { parentIdentity, type ProcessIdentity } from "./process_identity.ts";

/** The process that started this one, as {@linkcode parentProcess} tells of it. */
export class ParentProcess {
  /** Made by `parentProcess`. */
  constructor(identity: ProcessIdentity) {
    Object.assign(this, identity);
  }

  /** Whether it has not ended. Runtimes end the threads that a thread started with it, so `false` is seldom seen. */
  isAlive(): boolean {
    return isParentAlive();
  }

  /**
   * Waits until it has ended, at most `timeout` milliseconds.
   *
   * @returns whether it has ended
   * @throws {InterruptedError} where this process is interrupted meanwhile
   */
  async join(options?: number | SettleOptions): Promise<boolean> {
    if (!this.isAlive()) return true;
    const given = new AbortController();
    try {
      return await settlesUnless(parentMayHaveEnded(given.signal), options);
    } finally {
      given.abort();
    }
  }

  static {
    const readiness: Readiness = { isReady: () => !isParentAlive(), whenReady: parentMayHaveEnded };
    Object.defineProperty(ParentProcess.prototype, waitable, { value: () => readiness });
  }
}

/** Who it is; ready for `wait` once it has ended. */
export interface ParentProcess extends ProcessIdentity, Waitable {}

const known: WeakMap<ProcessIdentity, ParentProcess> = new WeakMap();

/**
 * The process that started this one; `null` in the main process. Python: `multiprocessing.parent_process()`.
 *
 * @example
 * ```ts
 * import { parentProcess } from "@manyhands/manyhands";
 *
 * console.log(parentProcess()); // null
 * ```
 */
export function parentProcess(): ParentProcess | null {
  const identity = parentIdentity();
  if (identity === undefined) return null;
  let parent = known.get(identity);
  if (parent === undefined) known.set(identity, parent = new ParentProcess(identity));
  return parent;
}
