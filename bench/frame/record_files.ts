import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toCsv } from "./csv.ts";
import type { Record, SectionRecord } from "./record.ts";

/** Writes a record as JSON and as CSV into the folder, named by its date; returns the paths. */
export function writeRecord(folder: string, record: Record): string[] {
  mkdirSync(folder, { recursive: true });
  const name = join(
    folder,
    record.date.slice(0, 16).replace("T", "-").replace(":", ""),
  );
  const files = {
    [`${name}.json`]: jsonOf(record),
    [`${name}.csv`]: toCsv(record),
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  return Object.keys(files);
}

/** A record with the section that was looked for. */
export interface Found {
  readonly record: Record;
  readonly section: SectionRecord;
}

/** The newest record in the folder that has the section. */
export function newestWith(folder: string, name: string): Found | undefined {
  for (const record of readRecords(folder)) {
    const section = record.sections.find((one) => one.name === name);
    if (section !== undefined) return { record, section };
  }
  return undefined;
}

/** The records in the folder, newest first. */
export function readRecords(folder: string): Record[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Record)
    .sort((a, b) => b.date.localeCompare(a.date));
}

/** JSON with the samples of a result on one line, so that a record is no longer than its results. */
function jsonOf(record: Record): string {
  const text = JSON.stringify(record, undefined, 1);
  return `${text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`)}\n`;
}
