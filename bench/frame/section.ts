import type { Finished } from "./run_process.ts";

/** A column of the tables: one of the runtimes, or what runs without them (CPython, cat). */
export const columns = ["node", "deno", "bun", "native"] as const;
export type Column = (typeof columns)[number];

/** One thing that is measured. */
export interface Measure {
  /** The name in the figures that contestants print. */
  readonly key: string;
  readonly title: string;
  /** Such as `tasks/s`, `µs`, `MiB`. */
  readonly unit: string;
  readonly better: "more" | "less";
  /** Whom all others are divided by; without it there are no ratios. */
  readonly baseline?: string;
  /** Whether the plot shows it. */
  readonly isPlotted?: boolean;
}

/** What this project wants of itself. */
export interface Target {
  readonly measure: string;
  readonly contestant: string;
  /** The other contestant of a ratio; without it the figure itself is judged. */
  readonly against?: string;
  /** How many times better than the other it is to be, or the figure's bound; may differ from runtime to runtime. */
  readonly wanted: number | Partial<Record<Column, number>>;
}

/** One process to start, in each round. */
export interface Contest {
  readonly column: Column;
  /** Whom it measures: mostly one. */
  readonly contestants: readonly string[];
  /** Keys of the measures that it prints; one that is missing in the end has failed. */
  readonly measures: readonly string[];
  /** How often it comes in a round, 1 by default: more where it takes little time, and its figures differ much. */
  readonly turns?: number;
  /** Runs it to its end; never rejects. */
  start(deadlineSeconds: number): Promise<Finished>;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly Measure[];
  readonly targets: readonly Target[];
  readonly contests: readonly Contest[];
  /** What can't be measured on this machine, and why: said in the table and kept in the record. */
  readonly absent?: readonly string[];
  /** Sections that need files make them before the first round. */
  prepare?(): Promise<void> | void;
  /** Takes away what `prepare` made. */
  cleanUp?(): void;
}
