/**
 * A message between a client and its server. The first part is the number of a call and of its answer; 0 is for messages of
 * Comlink's. What follows are plain values and bytes.
 */
export type LineMessage = readonly [number: number, ...parts: unknown[]];

/** One side of the connection between a client and its server. It holds the program only between `hold` and `release`. */
export interface Line {
  /** Sends a message, after those before it. One that cannot arrive any more is dropped: both sides hear of the end. */
  send(message: LineMessage): void;
  /** Gives the messages to `listener`, from now on. */
  onMessage(listener: (message: LineMessage) => void): void;
  /** Calls `listener` once, when the other side is gone. */
  onEnd(listener: () => void): void;
  /** Calls `listener` where an interrupt of this process met the line. */
  onInterrupt(listener: (error: Error) => void): void;
  hold(): void;
  release(): void;
  /** Ends it after what was sent. */
  end(): void;
  /** Drops it at once. */
  destroy(): void;
}
