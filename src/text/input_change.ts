import { FileError, ManyhandsError } from "../core/errors.ts";
import { fileStatus } from "../runtime/files.ts";
import { changedError } from "./file_failure.ts";

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

/** An input as it was found. Of a pipe, a device and the caller's own bytes nothing is known but the path. */
export type FoundInput = {
  readonly [Key in keyof KnownFile]: Key extends "path" ? string : KnownFile[Key] | undefined;
};

/** Throws `FileError` where an input is no longer what it was, as far as that can be known. */
export function assertInputUnchanged({ path, size, modified, identity }: FoundInput): void {
  if (size === undefined || modified === undefined || identity === undefined) return;
  const change = inputChange({ path, size, modified, identity });
  if (change !== undefined) throw changedError(path, change);
}

/** What to report for an input that failed with `error`: how it changed, where that may be why it is damaged or too short. */
export function changeBehind(input: FoundInput, error: unknown): unknown {
  const isOfContent = error instanceof FileError &&
    (error.code === "ERR_INPUT_UNREADABLE" || error.code === "ERR_INPUT_CHANGED");
  if (error instanceof ManyhandsError && !isOfContent) return error;
  try {
    assertInputUnchanged(input);
  } catch (change) {
    return change;
  }
  return error;
}
