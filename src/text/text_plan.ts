import { OutputConflictError } from "../core/errors.ts";
import type { Compression } from "../runtime/compression.ts";
import { baseName, type FileStatus, isInside, joinPath, namesFolder, realPath } from "../runtime/files.ts";
import { type CompressionChoices, inputCompression } from "./compression.ts";
import {
  examine,
  type FileSource,
  type InputRoot,
  mirroredTarget,
  NOTHING_KNOWN,
  type StreamSource,
  type Target,
  walkInputs,
} from "./input_walk.ts";
import { FailureList } from "./failure_list.ts";
import { OutputClaims } from "./output_claims.ts";
import type { TextFailure } from "./report.ts";

export type { FileSource, StreamSource } from "./input_walk.ts";

/** What a run will do. */
export interface TextPlan {
  /** The sources in their order, found anew each time: a list of a million files would take too much memory. */
  readonly sources: Iterable<FileSource | StreamSource>;
  /** The same; tells of each input that cannot be worked on, but for those in `failed`. */
  walk(onFailure: (failure: TextFailure) => void): Iterable<FileSource | StreamSource>;
  /** Number of sources when the run was planned. */
  readonly count: number;
  /** Number of inputs that were known to fail then. */
  readonly failedCount: number;
  /** The first of those; `walk` tells of the others. */
  readonly failed: readonly TextFailure[];
  /** Bytes of all files as they are read; undefined if a source's length is not known. */
  readonly bytesTotal: number | undefined;
  /** Whether a source comes in order. */
  readonly hasStreams: boolean;
  /** The forms in which sources have outputs of their own, as far as these are compressed. */
  readonly compressions: ReadonlySet<Compression>;
  /** Path of a pipe or device that all output goes to in order; undefined if outputs are files or a writer. */
  readonly device: string | undefined;
  /** The file that all output goes to in order, where that is wanted. */
  readonly common: Target | undefined;
}

/** Where the output goes: to a file each, to one file for all of them, or in order to a writer. */
export type OutputPlace = { readonly path: string; readonly concat?: boolean } | "writer";

/** Name under which the caller's own bytes appear in reports. */
export const STREAM_NAME = "(stream)";

/** Milliseconds of looking for files after which the thread hears what else there is. */
const BREATH = 50;

/**
 * Plans a run over the caller's own bytes or over files, folders and standard input.
 *
 * @throws {OutputConflictError} where the output is not one for these inputs
 * @throws the signal's reason once it is aborted
 */
export async function planText(
  inputs: readonly string[] | AsyncIterable<Uint8Array>,
  output: OutputPlace,
  choices: CompressionChoices = { decompress: "auto", compress: "auto" },
  signal?: AbortSignal,
): Promise<TextPlan> {
  const planner = new Planner(output, choices);
  if (Array.isArray(inputs)) planner.addInputs(inputs as readonly string[]);
  else planner.addStream(STREAM_NAME, inputs as AsyncIterable<Uint8Array>);
  return await planner.plan(signal);
}

class Planner {
  readonly #roots: InputRoot[] = [];
  readonly #choices: CompressionChoices;
  /** Path of the output, if it is a file or a folder of outputs. */
  readonly #output: string | undefined;
  readonly #outputKind: FileStatus["kind"] | undefined;
  readonly #device: string | undefined;
  readonly #common: (Target & { readonly name: string }) | undefined;
  /** Whether there is something at the path of the output already. */
  readonly #exists: boolean = false;

  constructor(output: OutputPlace, choices: CompressionChoices) {
    this.#choices = choices;
    if (output === "writer") return;
    const { path } = output;
    if (path === "") throw new OutputConflictError("The output has an empty path");
    const { status } = examine(path);
    if (status?.kind === "other") {
      this.#device = path;
      return;
    }
    const kind = status?.kind ?? (namesFolder(path) ? "folder" : undefined);
    this.#exists = status !== undefined;
    if (output.concat === true) {
      if (kind === "folder") throw new OutputConflictError(`The output ${path} is a folder, but one text needs a file`);
      this.#common = { name: path, path: realPath(path), compression: inputCompression(path, choices.compress) };
      return;
    }
    this.#output = path;
    this.#outputKind = kind;
  }

  async plan(signal: AbortSignal | undefined): Promise<TextPlan> {
    const claims = this.#claims();
    const failed = new FailureList();
    const compressions = new Set<Compression>();
    let count = 0;
    let bytesTotal = 0;
    let hasStreams = false;
    let breath = performance.now();
    for (const found of walkInputs(this.#roots, this.#choices, true)) {
      if (found.kind === "failed") failed.add(found.failure);
      else {
        count++;
        bytesTotal += found.size ?? NaN;
        hasStreams ||= found.kind === "stream";
        if (found.compress !== undefined) compressions.add(found.compress);
        if (found.path !== "-" && found.path !== STREAM_NAME) claims.add(found.path, found.target);
      }
      if (performance.now() - breath > BREATH) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        signal?.throwIfAborted();
        breath = performance.now();
      }
    }
    claims.refuseConflicts(() => this.#walk(new Set(), () => {}));
    const known = new Set(failed.first.map(({ path }) => path));
    const walk: TextPlan["walk"] = (onFailure) => this.#walk(known, onFailure);
    return {
      sources: { [Symbol.iterator]: () => walk(() => {})[Symbol.iterator]() },
      walk,
      count,
      failedCount: failed.count,
      failed: failed.first,
      bytesTotal: Number.isNaN(bytesTotal) ? undefined : bytesTotal,
      hasStreams,
      compressions,
      device: this.#device,
      common: this.#common,
    };
  }

  *#walk(known: ReadonlySet<string>, onFailure: (failure: TextFailure) => void): Generator<FileSource | StreamSource> {
    for (const found of walkInputs(this.#roots, this.#choices, false)) {
      if (found.kind !== "failed") yield found;
      else if (!known.has(found.failure.path)) onFailure(found.failure);
    }
  }

  #claims(): OutputClaims {
    const claims = new OutputClaims(this.#common?.name ?? this.#output, this.#exists);
    if (this.#common !== undefined) claims.addCommon(this.#common.path);
    for (const root of this.#roots) {
      if (root.kind === "path" && root.target !== undefined) claims.addFile(root.path, root.target.path);
      if (root.kind === "folder" && root.target !== undefined) claims.addFolder(root.target);
    }
    return claims;
  }

  addStream(path: string, bytes: AsyncIterable<Uint8Array> | undefined): void {
    const output = this.#output;
    if (output !== undefined && this.#outputKind === "folder") {
      const found = path === "-" ? "standard input" : "a stream";
      throw new OutputConflictError(`The output ${output} is a folder, but ${found} has no file name: name a file`);
    }
    const { decompress, compress } = this.#choices;
    this.#roots.push({
      kind: "stream",
      path,
      bytes,
      ...NOTHING_KNOWN,
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
      const path = inputs[index]!;
      if (input === undefined) {
        if (needsFolder && this.#output !== undefined) {
          throw new OutputConflictError(
            `The output ${this.#output} is a folder of several outputs, but standard input has no file name`,
          );
        }
        this.addStream("-", undefined);
      } else if (input.status === undefined) {
        this.#roots.push({ kind: "failed", failure: { path, error: input.error! } });
      } else if (input.status.kind === "folder") {
        this.#addFolder(path, input.status, inputs.length > 1);
      } else {
        this.#roots.push({ kind: "path", path, status: input.status, target: this.#targetOf(path, needsFolder) });
      }
    }
  }

  #targetOf(path: string, needsFolder: boolean): Target | undefined {
    const output = this.#output;
    if (output === undefined) return undefined;
    if (needsFolder || this.#outputKind === "folder") {
      return mirroredTarget(path, realPath(output), baseName(path), this.#choices);
    }
    return { path: realPath(output), compression: inputCompression(output, this.#choices.compress) };
  }

  /** One folder is mirrored straight under the output; of several inputs, each has its place under its own name. */
  #addFolder(path: string, status: FileStatus, severalInputs: boolean): void {
    const place = this.#output ?? this.#common?.name;
    let target: string | undefined;
    if (place !== undefined) {
      const output = realPath(place);
      const input = realPath(path);
      if (output === input) throw new OutputConflictError(`The output ${place} is the input folder ${path} itself`);
      if (isInside(output, input)) {
        throw new OutputConflictError(`The output ${place} lies inside the input folder ${path}`);
      }
      if (this.#common === undefined) target = severalInputs ? joinPath(output, baseName(path)) : output;
    }
    const output = target === undefined ? undefined : realPath(place!);
    this.#roots.push({ kind: "folder", path, status, target, output });
  }
}
