/** Bytes that can be read at any position: a file, or memory in a test. */
export interface ByteSource {
  /** Bytes in all, as known when the run began. */
  readonly size: number;
  /** Fills `target` from `position` on; returns the number of bytes read, fewer only at the end. */
  readAt(target: Uint8Array, position: number): number;
}
