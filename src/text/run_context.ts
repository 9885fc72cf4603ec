import type { TaskSettings } from "./file_tasks.ts";
import type { RunCheckpoint } from "./run_checkpoint.ts";
import type { SlotPool } from "./slot_pool.ts";
import type { TaskRunner } from "./task_runner.ts";

/** What the parts of one run share. */
export interface RunContext {
  readonly runner: TaskRunner;
  readonly slots: SlotPool;
  readonly settings: TaskSettings;
  readonly chunkBytes: number;
  /** Of a run that can be resumed. */
  readonly checkpoint?: RunCheckpoint | undefined;
  /** Whether the run is to end early. */
  readonly stopped: boolean;
  /** Calls `listener` when the run is stopped; returns how to take it back. */
  onStop(listener: (reason: unknown) => void): () => void;
}
