/** A place in a stream where work on it can go on. */
export interface StreamPlace {
  /** Bytes of text before it. */
  readonly consumed: number;
  /** The context of lower-casing there. */
  readonly context: number;
}

/** How far a compressed file is worked on. */
export interface StreamCursor extends StreamPlace {
  /** Bytes of it that were read until then. */
  readonly read: number;
}
