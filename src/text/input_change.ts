import { fileStatus } from "../runtime/files.ts";

/** An input file as it was when the run began. */
export interface KnownFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Time of its last change, in milliseconds. */
  readonly modified: number;
  /** Which file it was, should another take its path. */
  readonly identity: string;
}

/** How a file is no longer what it was when the run began; undefined if it is. */
export function inputChange(file: KnownFile): string | undefined {
  const now = fileStatus(file.path);
  if (now === undefined) return "it was removed";
  if (now.identity !== file.identity) return "another file took its place";
  if (now.size !== file.size) return `its size went from ${file.size} to ${now.size} bytes`;
  return now.modified === file.modified ? undefined : "it was written to";
}
