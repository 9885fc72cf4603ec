import type { Column, Measure, Section, Target } from "./section.ts";

/** What one contestant did in one measure on one runtime. */
export interface Result {
  readonly measure: string;
  readonly contestant: string;
  readonly column: Column;
  /** One for each process that went well, of which there is mostly one a round. */
  readonly samples: readonly number[];
  /** One for each that did not: why. */
  readonly failures: readonly string[];
}

/** A section as it was run. */
export interface SectionRecord {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly measures: readonly Measure[];
  readonly targets: readonly Target[];
  readonly results: readonly Result[];
  /** What could not be measured here, and what went wrong beside the figures. */
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGibibytes: number;
  readonly system: string;
}

/** Everything of one run, as it lies in `record/`. */
export interface Record {
  readonly format: 1;
  /** When it began, in UTC, as ISO 8601. */
  readonly date: string;
  /** The commit that was measured, with `+` where files differed from it. */
  readonly commit: string;
  readonly machine: Machine;
  /** Load of the machine when it began and when it ended, one minute's mean: a quiet one has less than 1 at the start. */
  readonly load: readonly [number, number];
  /** Of the runtimes, the peers and CPython. */
  readonly versions: Readonly<{ [name: string]: string }>;
  readonly sections: readonly SectionRecord[];
}

/** The result of a contestant in a measure, if it took part. */
export function resultOf(
  section: SectionRecord,
  measure: string,
  contestant: string,
  column: Column,
): Result | undefined {
  return section.results.find((one) =>
    one.measure === measure && one.contestant === contestant &&
    one.column === column
  );
}

/** Whom a result is compared with: on the same runtime, or where there are none, such as CPython. */
export function comparedWith(
  section: SectionRecord,
  measure: string,
  contestant: string,
  column: Column,
): Result | undefined {
  return resultOf(section, measure, contestant, column) ??
    resultOf(section, measure, contestant, "native");
}

/** The contestants of a measure, in the order of the section. */
export function contestantsOf(
  section: SectionRecord,
  measure: string,
): string[] {
  return [
    ...new Set(
      section.results.filter((one) => one.measure === measure).map((one) => one.contestant),
    ),
  ];
}

/** The parts of a section that a record keeps. */
export function describe(
  section: Section,
  rounds: number,
  results: readonly Result[],
  notes: readonly string[],
): SectionRecord {
  const { name, title, measures, targets } = section;
  return { name, title, rounds, measures, targets, results, notes };
}
