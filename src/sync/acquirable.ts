import { Guard } from "./guard.ts";
import { Synchroniser } from "./synchroniser.ts";
import { waitAsync, type WaitOptions, waitSync } from "./word_wait.ts";

/** A synchroniser that one acquires and releases: the waiting that locks and semaphores have in common. */
export abstract class Acquirable extends Synchroniser {
  /** Gives it back. */
  abstract release(): void;

  /** Takes it and returns undefined, or returns the first word's value with which to sleep. */
  protected abstract look(): number | undefined;

  /**
   * Waits until it is acquired, leaving the event loop free. Resolves to a guard that gives it back, or to `undefined`
   * where the `timeout` (milliseconds) ended first. Rejects with the signal's reason. Python: `acquire(timeout=…)`.
   *
   * @throws {RangeError} if the timeout is no number.
   * @throws {OwnerDiedError} if it is a lock whose owner ended without releasing it.
   */
  acquire(options?: { readonly timeout?: undefined; readonly signal?: AbortSignal | undefined }): Promise<Guard>;
  /** With a time limit. */
  acquire(options: WaitOptions): Promise<Guard | undefined>;
  acquire(options?: WaitOptions): Promise<Guard | undefined> {
    return options === undefined && this.#takes() ? Promise.resolve(new Guard(this)) : this.#acquireLater(options);
  }

  async #acquireLater(options: WaitOptions | undefined): Promise<Guard | undefined> {
    return await waitAsync(this.words, 0, () => this.look(), options) ? new Guard(this) : undefined;
  }

  /** Whether it was there at once. What went wrong shows in the wait. */
  #takes(): boolean {
    try {
      return this.look() === undefined;
    } catch {
      return false;
    }
  }

  /**
   * As `acquire`, but blocks the thread. Meant for workers: on the main thread it holds up everything else, also the
   * answers that would let another process release it. Ends with an error once the worker is told to stop.
   *
   * @throws {ManyhandsError} with code `ERR_STOPPED` if the host stops this worker.
   * @throws {OwnerDiedError} if it is a lock whose owner ended without releasing it.
   */
  acquireSync(): Guard;
  /** With a time limit in milliseconds; 0 looks once. */
  acquireSync(timeout: number | undefined): Guard | undefined;
  acquireSync(timeout?: number): Guard | undefined {
    if (timeout === undefined && this.look() === undefined) return new Guard(this);
    return waitSync(this.words, 0, () => this.look(), timeout) ? new Guard(this) : undefined;
  }
}
