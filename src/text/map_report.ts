import type { TextProgress, TextReport } from "./report.ts";

/** How far a run of `mapText` is. */
export interface MapProgress extends TextProgress {
  /** Records that the function was called for. */
  readonly records: number;
  /** Those of them that failed. */
  readonly recordsFailed: number;
}

/** What a run of `mapText` did. */
export interface MapReport extends TextReport {
  /** Records that the function was called for: without blank lines and headers. */
  readonly records: number;
  /** Those of them that failed and were left out. */
  readonly recordsFailed: number;
  /** Path of the file of failed records, where there is one. */
  readonly errorsTo: string | undefined;
}
