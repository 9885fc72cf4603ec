import type { MapProgress } from "../text/map_report.ts";
import type { TextProgress, WorkerProgress } from "../text/report.ts";
import { formatBytes, formatTime } from "./byte_size.ts";
import type { RateMeter } from "./rate_meter.ts";

/** The share of the inputs that is done, from 0 to 1; undefined where the whole is not known. */
export function doneShare({ bytesRead, bytesTotal }: TextProgress): number | undefined {
  if (bytesTotal === undefined) return undefined;
  return bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
}

function rate(bytes: number): string {
  return `${formatBytes(Math.round(bytes))}/s`;
}

/** `progress` of a run over texts, which may count records. */
export type AnyProgress = TextProgress & Partial<Pick<MapProgress, "records" | "recordsFailed">>;

/**
 * `progress` in words at `time` of the meter's clock. What does not fit into `columns` is left out, what tells least
 * first.
 */
export function describeProgress(
  progress: AnyProgress,
  meter: RateMeter,
  time: number,
  columns: number = Infinity,
): string {
  const { bytesRead, bytesTotal, files, filesTotal, records, recordsFailed = 0 } = progress;
  const left = bytesTotal === undefined ? undefined : meter.secondsLeft(time, bytesTotal);
  const done = formatBytes(bytesTotal === undefined ? progress.bytesIn : Math.min(bytesRead, bytesTotal));
  const failed = recordsFailed === 0 ? "" : ` (${recordsFailed} failed)`;
  const parts: Record<string, string | undefined> = {
    done: bytesTotal === undefined ? done : `${done} of ${formatBytes(bytesTotal)}`,
    now: `${rate(meter.now(time))} now`,
    overall: `${rate(meter.overall(time))} overall`,
    left: left === undefined ? undefined : `${formatTime(left)} left`,
    files: filesTotal > 1 ? `${files} of ${filesTotal} files` : undefined,
    records: records === undefined ? undefined : `${records} record${records === 1 ? "" : "s"}${failed}`,
  };
  const words = (): string => Object.values(parts).filter((part) => part !== undefined).join(", ");
  for (const name of ["overall", "records", "files", "now"]) {
    if (words().length <= columns) break;
    parts[name] = undefined;
  }
  if (words().length > columns) parts["done"] = done;
  return fitted(words(), columns);
}

/** One worker in words, in at most `columns`: of a long path its end is shown. */
export function describeWorker({ name, tasks, bytesIn, path }: WorkerProgress, columns: number = Infinity): string {
  const words = `${name}: ${formatBytes(bytesIn)} in ${tasks} task${tasks === 1 ? "" : "s"}, `;
  const place = path === undefined ? "idle" : path === "-" ? "standard input" : shownPath(path);
  return fitted(words + endThatFits(place, columns - words.length), columns);
}

function endThatFits(path: string, columns: number): string {
  const letters = [...path];
  if (columnsOf(path) <= columns) return path;
  let from = letters.length;
  for (let width = 1; from > 0 && (width += widthOf(letters[from - 1]!)) <= columns;) from--;
  return `…${letters.slice(from).join("")}`;
}

/** A path may hold what would move the cursor. */
function shownPath(path: string): string {
  return path.replace(/\p{Control}/gu, "\ufffd");
}

/** Columns that a text takes, which are not too few for any. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += widthOf(letter);
  return columns;
}

/** Two from the scripts of East Asia on, but for punctuation and what a bar is drawn with. */
function widthOf(letter: string): number {
  const code = letter.codePointAt(0)!;
  return code < 0x1100 || (code >= 0x2000 && code < 0x2600) ? 1 : 2;
}

function fitted(words: string, columns: number): string {
  return words.length <= columns ? words : words.slice(0, Math.max(0, columns));
}

/** `progress` as an event for other programs, one line of JSON. Rates are bytes of text a second. */
export function progressEvent(progress: TextProgress, meter: RateMeter, time: number): string {
  const { bytesTotal = null } = progress;
  const left = bytesTotal === null ? undefined : meter.secondsLeft(time, bytesTotal);
  return JSON.stringify({
    event: "progress",
    ...progress,
    bytesTotal,
    rateNow: Math.round(meter.now(time)),
    rateOverall: Math.round(meter.overall(time)),
    secondsLeft: left === undefined ? null : Math.round(left * 10) / 10,
  });
}
