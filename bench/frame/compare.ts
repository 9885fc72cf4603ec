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
        const isMet = measure.better === "more" ? found >= wanted : found <= wanted;
        return [{ target, measure, column, wanted, found, isMet }];
      }
      const other = comparedWith(section, target.measure, target.against, column);
      if (other === undefined) return [];
      const found = ratio(measure, own, other);
      return [{ target, measure, column, wanted, found, isMet: found >= wanted }];
    });
  });
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
