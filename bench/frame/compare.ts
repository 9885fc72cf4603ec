import { comparedWith, type Result, resultOf, type SectionRecord } from "./record.ts";
import { type Column, columns, type Measure, type Target } from "./section.ts";
import { median } from "./statistics.ts";

/** How many times better a result is than the baseline of its measure: above 1 it wins, in time as in rate. */
export function ratioToBaseline(
  section: SectionRecord,
  measure: Measure,
  result: Result,
): number {
  if (measure.baseline === undefined) return NaN;
  return ratio(
    measure,
    result,
    comparedWith(section, measure.key, measure.baseline, result.column),
  );
}

/** A target on one runtime, and what came of it. */
export interface Verdict {
  readonly target: Target;
  readonly measure: Measure;
  readonly column: Column;
  readonly wanted: number;
  /** The ratio or the figure; NaN where one of both has failed. */
  readonly found: number;
  readonly isMet: boolean;
}

/** Judges a section's targets on each runtime that was run. */
export function verdicts(section: SectionRecord): Verdict[] {
  return section.targets.flatMap((target) => {
    const measure = section.measures.find(({ key }) => key === target.measure);
    if (measure === undefined) return [];
    return columns.flatMap((column): Verdict[] => {
      const own = resultOf(section, target.measure, target.contestant, column);
      const wanted = typeof target.wanted === "number" ? target.wanted : target.wanted[column];
      if (own === undefined || wanted === undefined) return [];
      if (target.against === undefined) {
        const found = median(own.samples);
        return [{
          target,
          measure,
          column,
          wanted,
          found,
          isMet: measure.better === "more" ? found >= wanted : found <= wanted,
        }];
      }
      const other = comparedWith(
        section,
        target.measure,
        target.against,
        column,
      );
      if (other === undefined) return [];
      const found = ratio(measure, own, other);
      return [{
        target,
        measure,
        column,
        wanted,
        found,
        isMet: found >= wanted,
      }];
    });
  });
}

/** Where this project is not the best: the contestants that do better in a measure, best first. */
export interface Loss {
  readonly measure: Measure;
  readonly column: Column;
  /** Each with how many times better it is. */
  readonly better: readonly {
    readonly contestant: string;
    readonly times: number;
  }[];
}

/** Differences below it are noise. */
const NOISE = 1.05;

/** Measures in which others, but for those that are no rivals, do better than this project's contestant. */
export function losses(
  section: SectionRecord,
  own: string,
  noRivals: readonly string[],
): Loss[] {
  return section.measures.flatMap((measure) =>
    columns.flatMap((column): Loss[] => {
      const mine = resultOf(section, measure.key, own, column);
      if (mine === undefined || mine.samples.length === 0) return [];
      const better = section.results
        .filter((one) =>
          one.measure === measure.key &&
          (one.column === column || one.column === "native")
        )
        .filter((one) => one.contestant !== own && !noRivals.includes(one.contestant))
        .map((one) => ({
          contestant: one.contestant,
          times: ratio(measure, one, mine),
        }))
        .filter(({ times }) => times > NOISE)
        .sort((a, b) => b.times - a.times);
      return better.length === 0 ? [] : [{ measure, column, better }];
    })
  );
}

function ratio(
  { better }: Measure,
  one: Result,
  other: Result | undefined,
): number {
  if (other === undefined) return NaN;
  const [mine, others] = [median(one.samples), median(other.samples)];
  return better === "more" ? mine / others : others / mine;
}
