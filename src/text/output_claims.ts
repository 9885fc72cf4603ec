import { OutputConflictError } from "../core/errors.ts";
import { folderName, isInside, realPath } from "../runtime/files.ts";
import { KeyHashes } from "./key_hash.ts";
import { type FileSource, refuseTaken, type StreamSource } from "./input_walk.ts";

/** Conflicts that are looked into: nearly all of them are true ones, and one is enough. */
const SUSPECTS = 1000;

/**
 * Sees that no two inputs have the same output, and that none has another input as its output. Inputs whose places do
 * not lie in one another cannot be in each other's way, so that something is kept only of those that do: hashes of names.
 */
export class OutputClaims {
  readonly #output: string | undefined;
  /** The output's folder or file without links; undefined if there is none yet, so that no input lies there. */
  readonly #realOutput: string | undefined;
  /** Targets of inputs that are files, and the inputs. */
  readonly #files: Map<string, string> = new Map();
  readonly #folders: Set<string> = new Set();
  #common: string | undefined;
  /** Every target, where places overlap. */
  #all: KeyHashes | undefined;
  /** Targets that two inputs seem to have. */
  readonly #suspects: Set<string> = new Set();
  #isChecked = false;
  /** Real paths of inputs that lie where outputs go. */
  readonly #inputsThere: KeyHashes = new KeyHashes();

  constructor(output: string | undefined, exists: boolean) {
    this.#output = output;
    this.#realOutput = output === undefined || !exists ? undefined : realPath(output);
  }

  /** The one file that all outputs go to. */
  addCommon(target: string): void {
    this.#common = target;
  }

  /** The target of an input that is a file. */
  addFile(path: string, target: string): void {
    refuseTaken(this.#files, target, path);
  }

  /** The folder that mirrors an input. */
  addFolder(target: string): void {
    if (this.#folders.has(target)) this.#all ??= new KeyHashes();
    this.#folders.add(target);
  }

  /** Takes note of a source. Throws `OutputConflictError` where its output is that of another. */
  add(path: string, target: string | undefined): void {
    if (target !== undefined) {
      if (!this.#isChecked) {
        this.#isChecked = true;
        if (this.#overlap()) this.#all ??= new KeyHashes();
      }
      if (this.#all?.add(target) && this.#suspects.size < SUSPECTS) this.#suspects.add(target);
    } else if (this.#common === undefined) return;
    if (this.#realOutput === undefined) return;
    const real = realPath(path);
    if (real === this.#common) throw new OutputConflictError(`The output ${this.#output} is the input ${path} itself`);
    if (isInside(real, this.#realOutput) || this.#files.has(real)) this.#inputsThere.add(real);
  }

  /** Throws `OutputConflictError` where two sources have the same output, or one would overwrite an input. */
  refuseConflicts(sources: () => Iterable<FileSource | StreamSource>): void {
    this.#refuseShared(sources);
    this.#refuseOverwritten(sources);
  }

  #refuseShared(sources: () => Iterable<FileSource | StreamSource>): void {
    if (this.#suspects.size === 0) return;
    const taken = new Map<string, string>();
    for (const { path, target } of sources()) {
      if (target !== undefined && this.#suspects.has(target)) refuseTaken(taken, target, path);
    }
  }

  #refuseOverwritten(sources: () => Iterable<FileSource | StreamSource>): void {
    // As a rule no input lies there, and all is said.
    if (this.#inputsThere.size === 0) return;
    /** Inputs that write where one seems to lie, by their targets. */
    const writers = new Map<string, string>();
    for (const { path, target } of sources()) {
      if (target === undefined || path === "-" || !this.#inputsThere.has(target)) continue;
      if (writers.size < SUSPECTS && !writers.has(target)) writers.set(target, path);
    }
    for (const source of writers.size === 0 ? [] : sources()) {
      const { path } = source;
      const isNamed = path !== "-" && (source.kind === "file" || source.bytes === undefined);
      const writer = isNamed ? writers.get(realPath(path)) : undefined;
      if (writer === undefined) continue;
      throw new OutputConflictError(
        writer === path
          ? `The output ${this.#output} is the input ${path} itself`
          : `The output of ${writer} would overwrite the input ${path}`,
      );
    }
  }

  /** Whether the place of an input lies in that of another. */
  #overlap(): boolean {
    const liesInOther = (target: string): boolean => {
      for (let place = folderName(target); place !== folderName(place); place = folderName(place)) {
        if (this.#folders.has(place)) return true;
      }
      return false;
    };
    return [...this.#files.keys()].some((target) => this.#folders.has(target) || liesInOther(target)) ||
      [...this.#folders].some(liesInOther);
  }
}
