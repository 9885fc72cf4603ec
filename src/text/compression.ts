import type { Compression } from "../runtime/compression.ts";

/** What to do about compression: a form, by the name of the file, or nothing. */
export type CompressionChoice = Compression | "auto" | "none";

/** What to do about compression on both sides of a run. */
export interface CompressionChoices {
  readonly decompress: CompressionChoice;
  readonly compress: CompressionChoice;
}

const SUFFIXES: Readonly<Record<Compression, string>> = { gzip: ".gz", zstd: ".zst" };

/** The form that a file's name tells; undefined if it tells none. */
export function compressionOf(path: string): Compression | undefined {
  if (/\.gz$/i.test(path)) return "gzip";
  return /\.zst$/i.test(path) ? "zstd" : undefined;
}

/** The form in which an input at `path` is, by the caller's choice. */
export function inputCompression(path: string, choice: CompressionChoice): Compression | undefined {
  if (choice === "auto") return compressionOf(path);
  return choice === "none" ? undefined : choice;
}

/** Name and form of an output that mirrors an input. */
export interface MirroredName {
  readonly name: string;
  readonly compression: Compression | undefined;
}

/** What the output of an input is called that was in the form `found`: by itself an output is in the form of its input. */
export function mirroredName(name: string, found: Compression | undefined, choice: CompressionChoice): MirroredName {
  if (choice === "auto") return { name, compression: found };
  const shortened = found !== undefined && compressionOf(name) === found ? name.replace(/\.[^.]+$/, "") : name;
  // Of ".gz", "..gz" and "...gz" no name of a file would be left.
  const plain = /^\.{0,2}$/.test(shortened) ? name : shortened;
  if (choice === "none") return { name: plain, compression: undefined };
  return { name: `${plain}${SUFFIXES[choice]}`, compression: choice };
}
