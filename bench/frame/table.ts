import { ratioToBaseline, verdicts } from "./compare.ts";
import { figureText, ratioText } from "./figure_text.ts";
import { contestantsOf, type Result, resultOf, type SectionRecord } from "./record.ts";
import { columns, type Measure } from "./section.ts";
import { summarise } from "./statistics.ts";

/** A section as tables for the terminal, one a measure, with what failed below it and the targets at the end. */
export function tables(section: SectionRecord): string {
  const parts = section.measures
    .filter(({ key }) => section.results.some((one) => one.measure === key))
    .map((measure) => table(section, measure));
  const judged = verdictLines(section);
  return [
    `${section.title}: median of ${section.rounds} ${section.rounds === 1 ? "round" : "rounds"}`,
    ...parts,
    ...(judged.length === 0 ? [] : [`Targets\n${judged.join("\n")}`]),
    ...(section.notes.length === 0 ? [] : [`Notes\n${section.notes.map((note) => `  ${note}`).join("\n")}`]),
  ].join("\n\n");
}

function table(section: SectionRecord, measure: Measure): string {
  const shown = columns.filter((column) =>
    section.results.some((one) => one.measure === measure.key && one.column === column)
  );
  const failed: string[] = [];
  const rows = contestantsOf(section, measure.key).map((contestant) => [
    contestant,
    ...shown.map((column) => {
      const result = resultOf(section, measure.key, contestant, column);
      for (const why of new Set(result?.failures)) {
        failed.push(`  failed: ${contestant}, ${column}: ${why}`);
      }
      return result === undefined ? "" : cell(section, measure, result);
    }),
  ]);
  const heading = `${measure.title}, ${measure.unit} (${measure.better} is better)` +
    (measure.baseline === undefined ? "" : `; in brackets times ${measure.baseline}, above 1 is better`);
  return [heading, ...aligned([["", ...shown], ...rows]), ...failed].join("\n");
}

/** `306 k ±4 % (4.21)`, with a word where some or all rounds failed. */
export function cell(
  section: SectionRecord,
  measure: Measure,
  result: Result,
): string {
  if (result.samples.length === 0) return "failed";
  const { median, spread } = summarise(result.samples);
  const ratio = ratioToBaseline(section, measure, result);
  return [
    figureText(median, measure.unit),
    ...(result.samples.length > 1 ? [`±${(spread * 100).toFixed(0)} %`] : []),
    ...(Number.isNaN(ratio) ? [] : [`(${ratioText(ratio)})`]),
    ...(result.failures.length > 0
      ? [`failed ${result.failures.length} of ${result.failures.length + result.samples.length}`]
      : []),
  ].join(" ");
}

/** Targets, a line for each, with what came of it on each runtime. */
function verdictLines(section: SectionRecord): string[] {
  const judged = Map.groupBy(verdicts(section), ({ target }) => target);
  return aligned([...judged].map(([target, each]) => {
    const { measure } = each[0]!;
    const shown = (value: number): string =>
      target.against === undefined ? figureText(value, measure.unit) : ratioText(value);
    const found = each.map(({ column, found, wanted, isMet }) =>
      `${column === "native" ? "" : `${column} `}${shown(found)}${isMet ? "" : `, MISSED ${shown(wanted)}`}`
    );
    const wanted = [...new Set(each.map(({ wanted }) => shown(wanted)))].join(
      "/",
    );
    const sign = target.against === undefined && measure.better === "less" ? "<=" : ">=";
    const of = target.against === undefined ? measure.unit : `times ${target.against}`;
    return [
      `${measure.title}, ${target.contestant}: ${sign} ${wanted} ${of}`,
      found.join("; "),
    ];
  }));
}

/** Lines with columns of equal width: the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row.map((text, at) => at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)).join("  ").trimEnd()
  ).map((line) => `  ${line}`);
}
