import { ManyhandsError, TimeoutError } from "../core/errors.ts";
import { settlesWithin } from "../core/deadline.ts";
import { deferred } from "../core/deferred.ts";
import { type Readiness, type Waitable, waitable } from "../core/waitable.ts";

type State<R> = { kind: "pending" } | { kind: "value"; value: R } | { kind: "error"; error: unknown };

/** The side of an `AsyncResult` that settles it. */
export interface ResultSource<R> {
  /** What it settles. */
  readonly result: AsyncResult<R>;
  /** Settles it with a value. */
  resolve(value: R): void;
  /** Settles it with an error. */
  reject(error: unknown): void;
}

/**
 * The result of a job that goes on while the caller does. Awaiting it gives the value. Python:
 * `multiprocessing.pool.AsyncResult`.
 *
 * @example
 * ```ts
 * import { Pool } from "@manyhands/manyhands";
 *
 * const pool = new Pool(2);
 * const result = pool.applyAsync((x: number) => x * x, [7]);
 * console.log(await result.get(5000)); // 49
 * console.log(result.ready(), result.successful()); // true true
 * await pool.terminate();
 * ```
 */
export class AsyncResult<R> implements PromiseLike<R> {
  #state: State<R> = { kind: "pending" };
  readonly #settled = deferred<void>();
  readonly #cancel: (reason: Error) => void;

  private constructor(cancel: (reason: Error) => void) {
    this.#cancel = cancel;
  }

  /** A pending result; `cancel` is called when the caller gives it up. */
  static create<R>(cancel: (reason: Error) => void): ResultSource<R> {
    const result = new AsyncResult<R>(cancel);
    return {
      result,
      resolve: (value) => result.#settle({ kind: "value", value }),
      reject: (error) => result.#settle({ kind: "error", error }),
    };
  }

  #settle(state: State<R>): void {
    if (this.#state.kind !== "pending") return;
    this.#state = state;
    this.#settled.resolve();
  }

  /**
   * The value.
   *
   * @param timeout milliseconds to wait for it; the job goes on when they are over
   * @throws {TimeoutError} where it is not there in time
   * @throws what the job threw
   */
  async get(timeout: number = Infinity): Promise<R> {
    if (!await settlesWithin(this.#settled.promise, timeout)) {
      throw new TimeoutError(`The result is not there after ${timeout} ms`);
    }
    const state = this.#state;
    if (state.kind === "error") throw state.error;
    return (state as { value: R }).value;
  }

  /** Waits for the end of the job, at most `timeout` milliseconds; whether it has ended. Never throws. */
  wait(timeout: number = Infinity): Promise<boolean> {
    return settlesWithin(this.#settled.promise, timeout);
  }

  /** Whether the job has ended. */
  ready(): boolean {
    return this.#state.kind !== "pending";
  }

  /**
   * Whether the job ended without an error.
   *
   * @throws {ManyhandsError} with code `ERR_NOT_READY` before its end. Python: `ValueError`
   */
  successful(): boolean {
    if (this.#state.kind === "pending") throw new ManyhandsError("ERR_NOT_READY", "The result is not ready");
    return this.#state.kind === "value";
  }

  /** Ends the job: what waits is dropped, what runs loses its worker after a short grace. `get` then rejects. */
  cancel(): void {
    const reason = new ManyhandsError("ERR_CANCELLED", "The job was cancelled");
    this.#settle({ kind: "error", error: reason });
    this.#cancel(reason);
  }

  /** Waits for the value as `get()` does. */
  then<A = R, B = never>(
    onFulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.get().then(onFulfilled, onRejected);
  }

  #readiness(): Readiness {
    return {
      isReady: () => this.ready(),
      whenReady: async (signal) => {
        const aborted = new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve(), { once: true })
        );
        await Promise.race([this.#settled.promise, aborted]);
      },
    };
  }

  static {
    Object.defineProperty(AsyncResult.prototype, waitable, {
      value(this: AsyncResult<unknown>) {
        return this.#readiness();
      },
    });
  }
}

/** Ready for `wait` once the job has ended. */
export interface AsyncResult<R> extends Waitable {}
