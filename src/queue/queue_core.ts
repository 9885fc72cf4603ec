import type { WaitOptions } from "../sync/word_wait.ts";

/** What a queue does, wherever its state lies: see `Queue`. */
export interface QueueCore {
  readonly size: number;
  readonly isFull: boolean;
  /** Whether there is an item, or none will come. */
  readonly isReady: boolean;
  put(value: unknown, limits: WaitOptions): Promise<void>;
  putSync(value: unknown, timeout: number | undefined): void;
  /** Puts a value that is encoded. */
  putMessage(message: Uint8Array, limits: WaitOptions): Promise<void>;
  get(limits: WaitOptions): Promise<unknown>;
  /** As `get`, for another process; where it is encoded as that one would have it, it may stay so: an `EncodedValue`. */
  getToPassOn(limits: WaitOptions): Promise<unknown>;
  getSync(timeout: number | undefined): unknown;
  whenReady(signal: AbortSignal): Promise<void>;
  shutdown(isImmediate: boolean): void;
  taskDone(): void;
  join(limits: WaitOptions): Promise<boolean>;
  joinSync(timeout: number | undefined): boolean;
}
