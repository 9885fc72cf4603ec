import { FailureList } from "./failure_list.ts";
import type { DoneFile } from "./map_batches.ts";
import type { MapSettings } from "./map_options.ts";
import type { RangeAnswer } from "./map_tasks.ts";
import type { TextFailure, WorkerProgress } from "./report.ts";
import type { FileSource, StreamSource, TextPlan } from "./text_plan.ts";

/** The counts of a report. */
export interface MapCounts {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly files: number;
  readonly filesFailed: number;
  readonly failed: readonly TextFailure[];
  readonly records: number;
  readonly recordsFailed: number;
  readonly bytesResumed: number | undefined;
}

/** What a run of `mapText` has done so far: bytes, inputs, records, and what failed. */
export class MapTally {
  files = 0;
  readonly failed: FailureList = new FailureList();
  recordsFailed: number;
  bytesIn = 0;
  bytesOut = 0;
  records = 0;
  readonly #plan: TextPlan;
  readonly #onProgress: MapSettings["onProgress"];
  readonly #workers: Map<string, WorkerProgress> = new Map();
  /** Bytes of the inputs as they are stored. */
  #bytesRead = 0;
  #resumed: { readonly bytesIn: number; readonly bytesRead: number } | undefined;

  /** @param recordsFailed those that an earlier run kept */
  constructor(plan: TextPlan, onProgress: MapSettings["onProgress"], recordsFailed: number) {
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.recordsFailed = recordsFailed;
  }

  /** What a report says of it; `bytesResumed` are those of input that earlier runs did. */
  get counts(): MapCounts {
    const { bytesIn, bytesOut, files, records, recordsFailed } = this;
    const { count: filesFailed, first: failed } = this.failed;
    return {
      bytesIn,
      bytesOut,
      files,
      filesFailed,
      failed,
      records,
      recordsFailed,
      bytesResumed: this.#resumed?.bytesIn,
    };
  }

  /** Bytes that were read of an input that is compressed. */
  addRead(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** What an earlier run did. */
  addResumed(bytesIn: number, bytesRead: number, bytesOut: number): void {
    const before = this.#resumed ?? { bytesIn: 0, bytesRead: 0 };
    this.#resumed = { bytesIn: before.bytesIn + bytesIn, bytesRead: before.bytesRead + bytesRead };
    this.bytesIn += bytesIn;
    this.#bytesRead += bytesRead;
    this.bytesOut += bytesOut;
  }

  /** A range of a source that is written. */
  addRange({ path, kind, ...source }: FileSource | StreamSource, answer: RangeAnswer): void {
    const { consumed, produced, rest, called, worker } = answer;
    // What is compressed was counted as it was read.
    const isRead = kind !== "file" && (source as StreamSource).decompress !== undefined;
    this.addTask(worker);
    this.#add(path, worker, consumed, isRead ? 0 : consumed, produced + (rest?.length ?? 0), called);
    this.report();
  }

  /** A task that a worker has done. */
  addTask(name: string): void {
    const { tasks = 0, bytesIn = 0, path } = this.#workers.get(name) ?? {};
    this.#workers.set(name, { name, tasks: tasks + 1, bytesIn, path });
  }

  /** A small file that is done. */
  addFile({ path, worker, consumed, produced, called }: DoneFile): void {
    this.files++;
    this.#add(path, worker, consumed, consumed, produced, called);
  }

  #add(path: string, worker: string, consumed: number, read: number, produced: number, called: number): void {
    this.bytesIn += consumed;
    this.#bytesRead += read;
    this.bytesOut += produced;
    this.records += called;
    const { tasks = 0, bytesIn = 0 } = this.#workers.get(worker) ?? {};
    this.#workers.set(worker, { name: worker, tasks, bytesIn: bytesIn + consumed, path });
  }

  /** Tells the caller how far the run is. */
  report(): void {
    const files = this.files + this.failed.count;
    this.#onProgress?.({
      bytesIn: this.bytesIn,
      bytesRead: this.#bytesRead,
      bytesTotal: this.#plan.bytesTotal,
      resumed: this.#resumed,
      bytesOut: this.bytesOut,
      files,
      filesTotal: Math.max(this.#plan.count + this.#plan.failedCount, files),
      workers: [...this.#workers.values()],
      records: this.records,
      recordsFailed: this.recordsFailed,
    });
  }
}
