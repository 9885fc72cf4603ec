import { ratioToBaseline } from "./compare.ts";
import type { Record } from "./record.ts";
import { summarise } from "./statistics.ts";

const heading = [
  "section",
  "measure",
  "unit",
  "contestant",
  "runtime",
  "median",
  "low",
  "high",
  "samples",
  "times_baseline",
  "baseline",
  "failed",
];

/** A record as comma-separated values (RFC 4180): a line for each contestant in each measure on each runtime. */
export function toCsv(record: Record): string {
  const lines = record.sections.flatMap((section) =>
    section.results.map((result) => {
      const measure = section.measures.find(({ key }) => key === result.measure)!;
      const { median, low, high } = result.samples.length === 0
        ? { median: "", low: "", high: "" }
        : summarise(result.samples);
      const ratio = ratioToBaseline(section, measure, result);
      return [
        section.name,
        measure.title,
        measure.unit,
        result.contestant,
        result.column,
        median,
        low,
        high,
        result.samples.length,
        Number.isNaN(ratio) ? "" : ratio,
        measure.baseline ?? "",
        [...new Set(result.failures)].join("; "),
      ];
    })
  );
  return [heading, ...lines].map((line) => `${line.map(field).join(",")}\r\n`)
    .join("");
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
