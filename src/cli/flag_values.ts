import { InvalidArgumentError } from "commander";
import type { CompressionChoice } from "../text/compression.ts";
import { CHUNK_STEP, MAX_CHUNK_BYTES } from "../text/text_options.ts";
import { parseBytes } from "./byte_size.ts";
import type { ProgressForm } from "./progress_form.ts";

const MAX_WORKERS = 1024;

/** The forms of compression that a flag takes. */
export const FORMS: readonly CompressionChoice[] = ["auto", "gzip", "zstd", "none"];
/** The forms of progress that a flag takes. */
export const PROGRESS_FORMS: readonly ProgressForm[] = ["auto", "bar", "lines", "json", "none"];

/** Reads a number of workers, or of calls. */
export function parseWorkers(text: string): number {
  return parseWhole(text, 1, MAX_WORKERS);
}

/** Reads a number of tries. */
export function parseRetries(text: string): number {
  return parseWhole(text, 0, 1000);
}

function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
}

/** Reads the size of a chunk as bytes. */
export function parseChunkSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined && bytes >= CHUNK_STEP && bytes <= MAX_CHUNK_BYTES && bytes % CHUNK_STEP === 0) return bytes;
  throw new InvalidArgumentError(`Expected a multiple of ${CHUNK_STEP} bytes up to 256M, such as 64K or 1M.`);
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a time with its unit as milliseconds. */
export function parseTime(text: string): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(value) * (MILLISECONDS[unit ?? ""] ?? NaN);
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError("Expected a time with its unit, such as 500ms, 30s, 5m or 1h.");
}
