import { OutputConflictError } from "../core/errors.ts";
import { folderName, isInside, realPath } from "../runtime/files.ts";
import { type FileSource, refuseTaken, type StreamSource } from "./input_walk.ts";

/**
 * Sees that no two inputs have the same output, and that none has another input as its output. Inputs whose places do
 * not lie in one another cannot be in each other's way, so that names are kept only of those that do.
 */
export class OutputClaims {
  readonly #output: string | undefined;
  /** The output's folder or file without links; undefined if there is none yet, so that no input lies there. */
  readonly #realOutput: string | undefined;
  /** Targets of inputs that are files, and the inputs. */
  readonly #files: Map<string, string> = new Map();
  readonly #folders: Set<string> = new Set();
  #common: string | undefined;
  /** Every target and its input, where places overlap. */
  #all: Map<string, string> | undefined;
  #isChecked = false;
  /** Inputs that lie where outputs go, by their real paths. */
  readonly #inputsThere: Map<string, string> = new Map();

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
    if (this.#folders.has(target)) this.#all ??= new Map();
    this.#folders.add(target);
  }

  /** Takes note of a source. Throws `OutputConflictError` where its output is that of another. */
  add(path: string, target: string | undefined): void {
    if (target !== undefined) {
      if (!this.#isChecked) {
        this.#isChecked = true;
        if (this.#overlap()) this.#all ??= new Map();
      }
      if (this.#all !== undefined) refuseTaken(this.#all, target, path);
    } else if (this.#common === undefined) return;
    if (this.#realOutput === undefined) return;
    const real = realPath(path);
    if (real === this.#common) throw new OutputConflictError(`The output ${this.#output} is the input ${path} itself`);
    if (isInside(real, this.#realOutput) || this.#files.has(real)) this.#inputsThere.set(real, path);
  }

  /** Throws `OutputConflictError` where the output of a source would overwrite an input. */
  refuseOverwritten(sources: () => Iterable<FileSource | StreamSource>): void {
    // As a rule no input lies there, and all is said.
    if (this.#inputsThere.size === 0) return;
    for (const { path: writer, target } of sources()) {
      const path = target === undefined || writer === "-" ? undefined : this.#inputsThere.get(target);
      if (path === undefined) continue;
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
