/** What a pool is doing. */
export interface PoolStats {
  /** `open` takes work, `closing` finishes what it has, `closed` has none and takes none. */
  readonly state: "open" | "closing" | "closed";
  /** Workers asked for. */
  readonly processes: number;
  /** Workers that run now. */
  readonly alive: number;
  /** Workers that were lost and replaced. */
  readonly lost: number;
  /** Lost and ended workers that their runtime could not end by force: they may go on until their call returns. */
  readonly abandoned: number;
  /** Tasks (calls, or chunks of them) without an answer. */
  readonly pending: number;
  /** Those of them that no worker holds yet. */
  readonly queued: number;
  /** Tasks answered. */
  readonly completed: number;
}
