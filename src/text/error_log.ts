import { closeFile, createTemporaryBeside, removeFile, renameFile, writeAt } from "../runtime/files.ts";
import { orWriteError } from "./file_sink.ts";
import type { FailedRecord } from "./record_form.ts";

const encoder = new TextEncoder();

/** The file of the records that failed, one line of JSON each; it has its name when it is complete. */
export class ErrorLog {
  readonly #target: string;
  readonly #temporary: string;
  readonly #file: number;
  #length = 0;
  #isOpen = true;

  /** Creates the file. Throws `FileError`. */
  constructor(target: string) {
    this.#target = target;
    const { path, file } = orWriteError(target, () => createTemporaryBeside(target));
    this.#temporary = path;
    this.#file = file;
  }

  /** Adds a record: the input that it is from, its number there, its offset, itself, and what its call threw. */
  add(path: string, number: number, { offset, record, isBase64, error }: FailedRecord): void {
    const entry = isBase64 ? { base64: record } : { record };
    const line = encoder.encode(`${JSON.stringify({ path, number, offset, ...entry, error })}\n`);
    orWriteError(this.#target, () => writeAt(this.#file, line, this.#length));
    this.#length += line.length;
  }

  /** Gives the file its name. */
  commit(): void {
    this.#isOpen = false;
    orWriteError(this.#target, () => {
      closeFile(this.#file);
      renameFile(this.#temporary, this.#target);
    });
  }

  /** Removes the file unless it has its name already. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeFile(this.#file);
    removeFile(this.#temporary);
  }
}
