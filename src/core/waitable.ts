/** What `wait` can wait for: processes, results, connections, queues. */
export interface Waitable {
  /** Its side for `wait`. */
  [waitable](): Readiness;
}

/** Whether something has come, without taking it. */
export interface Readiness {
  /** Whether it is there now. */
  isReady(): boolean;
  /** Resolves once it may be there, or when the signal aborts. */
  whenReady(signal: AbortSignal): Promise<void>;
}

/** Key of the method by which an object takes part in `wait`. */
export const waitable: unique symbol = Symbol.for("manyhands.waitable");
