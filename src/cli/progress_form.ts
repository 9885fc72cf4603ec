import type { TextFailure, TextProgress } from "../text/report.ts";

/** Shows how far a run is, on standard error. */
export interface ProgressDisplay {
  update(progress: TextProgress): void;
  /** Names an input that failed. */
  failed(failure: TextFailure): void;
  /** Takes the display off the terminal; what follows is not shown. */
  stop(): void;
}

/** How progress is shown: `"auto"` is a bar on a terminal and lines elsewhere. */
export type ProgressForm = "auto" | "bar" | "lines" | "json" | "none";
