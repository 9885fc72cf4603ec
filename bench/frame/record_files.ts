import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toCsv } from "./csv.ts";
import { plot } from "./plot.ts";
import type { Record } from "./record.ts";

/** Writes a record as JSON, as CSV and as a plot of each section into the folder, named by its date; returns the paths. */
export function writeRecord(folder: string, record: Record): string[] {
  mkdirSync(folder, { recursive: true });
  const name = join(
    folder,
    record.date.slice(0, 16).replace("T", "-").replace(":", ""),
  );
  const files: { [path: string]: string } = {
    [`${name}.json`]: jsonOf(record),
    [`${name}.csv`]: toCsv(record),
  };
  for (const section of record.sections) files[`${name}-${section.name}.svg`] = plot(record, section);
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  return Object.keys(files);
}

/** JSON with the samples of a result on one line, so that a record is no longer than its results. */
function jsonOf(record: Record): string {
  const text = JSON.stringify(record, undefined, 1);
  return `${text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`)}\n`;
}
