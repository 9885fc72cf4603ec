import { FileError, OutputConflictError } from "../core/errors.ts";
import {
  baseName,
  fileErrorCode,
  type FileStatus,
  fileStatus,
  folderEntries,
  hasContent,
  isInside,
  isLink,
  joinPath,
  namesFolder,
  realPath,
} from "../runtime/files.ts";
import type { Compression } from "../runtime/compression.ts";
import { type CompressionChoices, inputCompression, mirroredName } from "./compression.ts";
import { readError } from "./file_failure.ts";
import type { KnownFile } from "./input_change.ts";
import type { TextFailure } from "./report.ts";

/** A file to lower-case. */
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
  /** Form in which the text comes. */
  readonly decompress: Compression | undefined;
  readonly target: string | undefined;
  readonly compress: Compression | undefined;
}

/** What a run will do. */
export interface TextPlan {
  readonly sources: readonly (FileSource | StreamSource)[];
  /** Inputs that are known to fail already. */
  readonly failed: readonly TextFailure[];
  /** Bytes of all files as they are read; undefined if a source's length is not known. */
  readonly bytesTotal: number | undefined;
  /** Path of a pipe or device that all output goes to in order; undefined if outputs are files or a writer. */
  readonly device: string | undefined;
}

/** Where the output goes: to files by a path, or in order to a writer. */
export type OutputPlace = { readonly path: string } | "writer";

/** Where an output file goes, and in which form. */
interface Target {
  readonly path: string;
  readonly compression: Compression | undefined;
}

interface Named {
  readonly path: string;
  readonly status: FileStatus | undefined;
  readonly error: Error | undefined;
}

/** Name under which the caller's own bytes appear in reports. */
export const STREAM_NAME = "(stream)";

function examine(path: string): Named {
  try {
    const status = fileStatus(path);
    if (status !== undefined) return { path, status, error: undefined };
    return { path, status, error: absenceError(path) };
  } catch (error) {
    return { path, status: undefined, error: readError(path, fileErrorCode(error), (error as Error).message, error) };
  }
}

/** Why nothing is found at a path, which a folder may have named. */
function absenceError(path: string): FileError {
  const refuse = (found: string): FileError =>
    new FileError("ERR_INPUT_UNREADABLE", path, `Cannot read ${path}: ${found}`);
  // What is no UTF-8 comes as U+FFFD out of a folder, and the runtimes know no other way to the file.
  if (path.includes("\ufffd")) return refuse("its name is not valid UTF-8");
  if (isLink(path)) return refuse("it is a link to nothing");
  return readError(path, "ENOENT", "there is no such file");
}

/** Plans a run over the caller's own bytes or over files, folders and standard input. Throws `OutputConflictError`. */
export function planText(
  inputs: readonly string[] | AsyncIterable<Uint8Array>,
  output: OutputPlace,
  compression: CompressionChoices = { decompress: "auto", compress: "auto" },
): TextPlan {
  const planner = new Planner(output, compression);
  if (Array.isArray(inputs)) planner.addInputs(inputs as readonly string[]);
  else planner.addStream(STREAM_NAME, inputs as AsyncIterable<Uint8Array>);
  return planner.plan();
}

class Planner {
  readonly #sources: (FileSource | StreamSource)[] = [];
  readonly #failed: TextFailure[] = [];
  /** Path of each target, and the input that goes there. */
  readonly #targets: Map<string, string> = new Map();
  /** Path of the output, if it is a file or a folder. */
  readonly #output: string | undefined;
  readonly #outputKind: FileStatus["kind"] | undefined;
  readonly #device: string | undefined;
  /** Whether there is something at the path of the output already. */
  readonly #exists: boolean = false;

  readonly #choices: CompressionChoices;

  constructor(output: OutputPlace, choices: CompressionChoices) {
    this.#choices = choices;
    if (output === "writer") return;
    if (output.path === "") throw new OutputConflictError("The output has an empty path");
    const { status } = examine(output.path);
    if (status?.kind === "other") {
      this.#device = output.path;
      return;
    }
    this.#output = output.path;
    this.#exists = status !== undefined;
    this.#outputKind = status?.kind ?? (namesFolder(output.path) ? "folder" : undefined);
  }

  plan(): TextPlan {
    this.#refuseOverwrittenInputs();
    const sizes = this.#sources.map(({ size }) => size ?? NaN);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const bytesTotal = Number.isNaN(total) ? undefined : total;
    return {
      sources: this.#sources,
      failed: this.#failed,
      bytesTotal,
      device: this.#device,
    };
  }

  addStream(path: string, bytes: AsyncIterable<Uint8Array> | undefined): void {
    const output = this.#output;
    if (output !== undefined && this.#outputKind === "folder") {
      const found = path === "-" ? "standard input" : "a stream";
      throw new OutputConflictError(`The output ${output} is a folder, but ${found} has no file name: name a file`);
    }
    const { decompress, compress } = this.#choices;
    this.#sources.push({
      kind: "stream",
      path,
      bytes,
      size: undefined,
      modified: undefined,
      decompress: inputCompression("", decompress),
      target: output === undefined ? undefined : realPath(output),
      compress: output === undefined ? undefined : inputCompression(output, compress),
    });
  }

  addInputs(inputs: readonly string[]): void {
    const named = inputs.map((path) => path === "-" ? undefined : examine(path));
    if (inputs.filter((path) => path === "-").length > 1) {
      throw new OutputConflictError("Standard input is named more than once as an input");
    }
    const needsFolder = inputs.length > 1 || named[0]?.status?.kind === "folder";
    if (needsFolder && this.#output !== undefined && this.#outputKind === "file") {
      const found = inputs.length > 1 ? `${inputs.length} inputs need a folder` : `the input ${inputs[0]} is a folder`;
      throw new OutputConflictError(`The output ${this.#output} is a file, but ${found}`);
    }
    for (const [index, input] of named.entries()) {
      if (input === undefined) {
        if (needsFolder && this.#output !== undefined) {
          throw new OutputConflictError(
            `The output ${this.#output} is a folder of several outputs, but standard input has no file name`,
          );
        }
        this.addStream("-", undefined);
      } else if (input.status === undefined) {
        this.#failed.push({ path: input.path, error: input.error! });
      } else if (input.status.kind === "folder") {
        this.#addFolderInput(inputs[index]!, input.status, inputs.length > 1);
      } else {
        this.#addFile(input.path, input.status, this.#targetOf(input.path, needsFolder));
      }
    }
  }

  #targetOf(path: string, needsFolder: boolean): Target | undefined {
    if (this.#output === undefined) return undefined;
    if (needsFolder || this.#outputKind === "folder") return this.#mirrored(path, this.#output, baseName(path), true);
    return { path: realPath(this.#output), compression: inputCompression(this.#output, this.#choices.compress) };
  }

  /** The place of the output of `path`, which is called `name`, in the folder `root`. */
  #mirrored(path: string, root: string, name: string, isLink: boolean): Target {
    const found = inputCompression(path, this.#choices.decompress);
    const mirrored = mirroredName(name, found, this.#choices.compress);
    const place = joinPath(root, mirrored.name);
    return { path: isLink ? realPath(place) : place, compression: mirrored.compression };
  }

  /** One folder is mirrored straight under the output; of several inputs, each has its place under its own name. */
  #addFolderInput(path: string, status: FileStatus, severalInputs: boolean): void {
    let root: string | undefined;
    if (this.#output !== undefined) {
      const output = realPath(this.#output);
      const input = realPath(path);
      if (output === input) {
        throw new OutputConflictError(`The output ${this.#output} is the input folder ${path} itself`);
      }
      if (isInside(output, input)) {
        throw new OutputConflictError(`The output ${this.#output} lies inside the input folder ${path}`);
      }
      root = severalInputs ? joinPath(output, baseName(path)) : output;
    }
    this.#addFolder(path, root, new Set([status.identity]));
  }

  #addFolder(path: string, target: string | undefined, above: ReadonlySet<string>): void {
    let entries;
    try {
      entries = folderEntries(path);
    } catch (error) {
      this.#failed.push({ path, error: readError(path, fileErrorCode(error), (error as Error).message, error) });
      return;
    }
    for (const entry of entries) {
      const { status, error } = examine(entry.path);
      const entryTarget = (): string | undefined => target === undefined ? undefined : joinPath(target, entry.name);
      if (status === undefined) {
        this.#failed.push({ path: entry.path, error: error! });
      } else if (status.kind === "folder") {
        if (above.has(status.identity)) this.#refuse(entry.path, "it is a link back to a folder that it lies in");
        else this.#addFolder(entry.path, entryTarget(), new Set([...above, status.identity]));
      } else if (status.kind === "other") {
        this.#refuse(entry.path, "it is neither a file nor a folder");
      } else {
        const place = target === undefined ? undefined : this.#mirrored(entry.path, target, entry.name, false);
        this.#addFile(entry.path, status, place);
      }
    }
  }

  #refuse(path: string, found: string): void {
    this.#failed.push({ path, error: new FileError("ERR_INPUT_UNREADABLE", path, `Cannot read ${path}: ${found}`) });
  }

  #addFile(path: string, status: FileStatus, place: Target | undefined): void {
    let { kind } = status;
    try {
      // A file that holds more than it says can only be read to its end.
      if (kind === "file" && status.size === 0 && hasContent(path)) kind = "other";
    } catch (error) {
      this.#failed.push({ path, error: readError(path, fileErrorCode(error), (error as Error).message, error) });
      return;
    }
    const target = place?.path;
    if (target !== undefined) {
      const other = this.#targets.get(target);
      if (other !== undefined) {
        throw new OutputConflictError(`The inputs ${other} and ${path} have the same output ${target}`);
      }
      this.#targets.set(target, path);
    }
    const compress = place?.compression;
    const { size, modified, identity } = status;
    const decompress = inputCompression(path, this.#choices.decompress);
    if (kind === "file" && decompress === undefined) {
      this.#sources.push({ kind: "file", path, size, modified, identity, target, compress });
    } else {
      const known = kind === "file" ? size : undefined;
      this.#sources.push({
        kind: "stream",
        path,
        bytes: undefined,
        size: known,
        modified,
        decompress,
        target,
        compress,
      });
    }
  }

  #refuseOverwrittenInputs(): void {
    // Where there is no output yet, no input can lie there.
    if (this.#targets.size === 0 || !this.#exists) return;
    for (const source of this.#sources) {
      if (source.path === "-" || source.path === STREAM_NAME) continue;
      const writer = this.#targets.get(realPath(source.path));
      if (writer === undefined) continue;
      throw new OutputConflictError(
        writer === source.path
          ? `The output ${this.#output} is the input ${source.path} itself`
          : `The output of ${writer} would overwrite the input ${source.path}`,
      );
    }
  }
}
