import { loadModules } from "../core/late_modules.ts";
import type { AwakeCount } from "../sync/awake_count.ts";
import type { Doorbell } from "../sync/doorbell.ts";
import { Spinner } from "../sync/spinner.ts";

/** How a worker waits for work: it spins where a core is free, and sleeps otherwise. */
export class WorkerRest {
  readonly #bell: Doorbell;
  readonly #awake: AwakeCount;
  readonly #spins: boolean;
  readonly #spinner = Spinner.forWorker();

  constructor(bell: Doorbell, awake: AwakeCount, spins: boolean) {
    this.#bell = bell;
    this.#awake = awake;
    this.#spins = spins;
  }

  /** The worker is awake from now on. */
  begin(): void {
    this.#awake.enter();
  }

  /** It is not awake any more. */
  end(): void {
    this.#awake.leave();
  }

  /** Spins, if that may pay. True if there is work then. */
  spin(hasWork: () => boolean, hasAnswered: boolean): boolean {
    // Before its first answer a worker has better to do than to find out how many cores there are.
    return this.#spins && hasAnswered && this.#awake.leavesCores() && this.#spinner.find(hasWork);
  }

  /** Sleeps until the bell rings. False if there was work before it slept. */
  async sleep(hasWork: () => boolean, hasAnswered: boolean): Promise<boolean> {
    const rung = this.#bell.sleep(hasWork);
    if (rung === undefined) return false;
    // While there is nothing to do; not before the first task, which would wait for it.
    if (hasAnswered) void loadModules();
    const since = performance.now();
    this.#awake.leave();
    await rung;
    this.#awake.enter();
    this.#spinner.noteSleep(performance.now() - since);
    return true;
  }
}
