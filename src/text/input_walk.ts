import { FileError, OutputConflictError } from "../core/errors.ts";
import type { Compression } from "../runtime/compression.ts";
import {
  fileErrorCode,
  type FileStatus,
  fileStatus,
  folderNames,
  hasContent,
  isInside,
  isLink,
  joinPath,
  realPath,
} from "../runtime/files.ts";
import { type CompressionChoices, inputCompression, mirroredName } from "./compression.ts";
import { readError } from "./file_failure.ts";
import { KeyHashes } from "./key_hash.ts";
import type { KnownFile } from "./input_change.ts";
import type { TextFailure } from "./report.ts";

/** A file to work on. */
export interface FileSource extends KnownFile {
  readonly kind: "file";
  /** Path of its own output file; undefined if its output goes to the common output. */
  readonly target: string | undefined;
  /** Form in which its own output is written. */
  readonly compress: Compression | undefined;
}

/** Text that comes in order. */
export interface StreamSource {
  readonly kind: "stream";
  /** `"-"` for standard input, the path of a pipe or device, or what the caller's own bytes are called. */
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array> | undefined;
  /** Bytes of what is read, where that is known, as of a compressed file. */
  readonly size: number | undefined;
  /** Time of its last change, in milliseconds, where it is a file. */
  readonly modified: number | undefined;
  /** Which file it is, where it is one. */
  readonly identity: string | undefined;
  /** Form in which the text comes. */
  readonly decompress: Compression | undefined;
  readonly target: string | undefined;
  readonly compress: Compression | undefined;
}

/** Where an output file goes, and in which form. */
export interface Target {
  readonly path: string;
  readonly compression: Compression | undefined;
}

/** An input as the caller named it, and where its output goes. */
export type InputRoot =
  | StreamSource
  | { readonly kind: "failed"; readonly failure: TextFailure }
  | { readonly kind: "path"; readonly path: string; readonly status: FileStatus; readonly target: Target | undefined }
  /** `target` is the folder that mirrors it, `output` the one that it must not lead out of, both without links. */
  | {
    readonly kind: "folder";
    readonly path: string;
    readonly status: FileStatus;
    readonly target: string | undefined;
    readonly output: string | undefined;
  };

/** What an input turns out to be. */
export type Found = FileSource | StreamSource | { readonly kind: "failed"; readonly failure: TextFailure };

/** Of what is no file. */
export const NOTHING_KNOWN = { size: undefined, modified: undefined, identity: undefined } as const;

const NOT_UTF8 = "its name is not valid UTF-8";

/** What is at a path. */
export interface Examined {
  readonly status: FileStatus | undefined;
  /** Why there is no status. */
  readonly error: Error | undefined;
}

/** Looks at what is at the path of an input. */
export function examine(path: string): Examined {
  try {
    const status = fileStatus(path);
    return { status, error: status === undefined ? absenceError(path) : undefined };
  } catch (error) {
    return { status: undefined, error: unreadable(path, error) };
  }
}

/** Why nothing is found at a path, which a folder may have named. */
function absenceError(path: string): FileError {
  // What is no UTF-8 comes as U+FFFD out of a folder, and the runtimes know no other way to the file.
  if (path.includes("\ufffd")) return refusal(path, NOT_UTF8);
  if (isLink(path)) return refusal(path, "it is a link to nothing");
  return readError(path, "ENOENT", "there is no such file");
}

function unreadable(path: string, error: unknown): FileError {
  return readError(path, fileErrorCode(error), (error as Error).message, error);
}

function refusal(path: string, found: string): FileError {
  return new FileError("ERR_INPUT_UNREADABLE", path, `Cannot read ${path}: ${found}`);
}

function writeRefusal(path: string, found: string): FileError {
  return new FileError("ERR_OUTPUT_UNWRITABLE", path, `Cannot write to ${path}: ${found}`);
}

function failed(path: string, error: Error): Found {
  return { kind: "failed", failure: { path, error } };
}

/** The place of the output of the input `path`, which is called `name`, in the folder `root`. */
export function mirroredTarget(path: string, root: string, name: string, choices: CompressionChoices): Target {
  const mirrored = mirroredName(name, inputCompression(path, choices.decompress), choices.compress);
  return { path: joinPath(root, mirrored.name), compression: mirrored.compression };
}

/**
 * Finds the files of the inputs one after another, in the order of the inputs and of names. It keeps the names of the
 * folders that it is in and nothing else, so that it takes no more memory for a million files.
 *
 * @param refuses whether two files of a folder whose outputs have the same name are an error
 * @throws {OutputConflictError} if they are
 */
export function* walkInputs(
  roots: Iterable<InputRoot>,
  choices: CompressionChoices,
  refuses: boolean,
): Generator<Found, void, undefined> {
  for (const root of roots) {
    if (root.kind === "path") yield foundFile(root.path, root.status, root.target, choices);
    else if (root.kind === "folder") {
      yield* walkFolder(root.path, root.target, root.output, new Set([root.status.identity]), choices, refuses);
    } else yield root;
  }
}

function* walkFolder(
  path: string,
  target: string | undefined,
  output: string | undefined,
  above: ReadonlySet<string>,
  choices: CompressionChoices,
  refuses: boolean,
): Generator<Found, void, undefined> {
  if (target !== undefined && isLink(target) && !isInside(realPath(target), output!)) {
    // Whoever has put it there would choose where files of the user's are written.
    yield failed(path, writeRefusal(target, "it is a link that leads out of the output folder"));
    return;
  }
  let names;
  try {
    names = folderNames(path);
  } catch (error) {
    yield failed(path, unreadable(path, error));
    return;
  }
  // Names stay different unless endings change.
  const taken = refuses && target !== undefined && choices.compress !== "auto" ? new KeyHashes() : undefined;
  for (const [index, name] of names.entries()) {
    const entry = joinPath(path, name);
    if (index > 0 && name === names[index - 1]) {
      // One of the two has U+FFFD in its name, the other is no UTF-8; what is reached by the name is the first.
      yield failed(entry, refusal(entry, NOT_UTF8));
      continue;
    }
    const { status, error } = examine(entry);
    if (status === undefined) {
      yield failed(entry, error!);
    } else if (status.kind === "folder") {
      if (above.has(status.identity)) {
        yield failed(entry, refusal(entry, "it is a link back to a folder that it lies in"));
      } else {
        const below = target === undefined ? undefined : joinPath(target, name);
        yield* walkFolder(entry, below, output, new Set([...above, status.identity]), choices, refuses);
      }
    } else if (status.kind === "other") {
      yield failed(entry, refusal(entry, "it is neither a file nor a folder"));
    } else {
      const place = target === undefined ? undefined : mirroredTarget(entry, target, name, choices);
      if (place !== undefined && taken?.add(place.path)) {
        for (const before of names.slice(0, index)) {
          const other = joinPath(path, before);
          const isFile = examine(other).status?.kind === "file";
          if (isFile && mirroredTarget(other, target!, before, choices).path === place.path) {
            throw sameOutput(other, entry, place.path);
          }
        }
      }
      yield foundFile(entry, status, place, choices);
    }
  }
}

/** Throws where the output of another input is at `target`; notes it otherwise. */
export function refuseTaken(taken: Map<string, string>, target: string, path: string): void {
  const other = taken.get(target);
  if (other !== undefined) throw sameOutput(other, path, target);
  taken.set(target, path);
}

function sameOutput(first: string, second: string, target: string): OutputConflictError {
  return new OutputConflictError(`The inputs ${first} and ${second} have the same output ${target}`);
}

function foundFile(path: string, status: FileStatus, place: Target | undefined, choices: CompressionChoices): Found {
  let { kind } = status;
  try {
    // A file that holds more than it says can only be read to its end.
    if (kind === "file" && status.size === 0 && hasContent(path)) kind = "other";
  } catch (error) {
    return failed(path, unreadable(path, error));
  }
  const target = place?.path;
  const compress = place?.compression;
  const { size, modified, identity } = status;
  const decompress = inputCompression(path, choices.decompress);
  if (kind === "file" && decompress === undefined) {
    return { kind: "file", path, size, modified, identity, target, compress };
  }
  const known = kind === "file" ? { size, modified, identity } : NOTHING_KNOWN;
  return { kind: "stream", path, bytes: undefined, ...known, decompress, target, compress };
}
