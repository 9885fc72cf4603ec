import { disk } from "../runtime/disk.ts";
import {
  closeFile,
  createTemporaryBeside,
  fileStatus,
  folderName,
  readInOrder,
  removeFile,
  renameFile,
  writeAt,
} from "../runtime/files.ts";
import { draftPath } from "./draft_path.ts";
import { orWriteError } from "./file_sink.ts";
import type { FailedRecord } from "./record_form.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NEWLINE = 10;

/** The file of the records that failed, one line of JSON each; it has its name when it is complete. */
export class ErrorLog {
  /** Entries of an earlier run. */
  readonly kept: number = 0;
  /** Path under which it is being written. */
  readonly temporary: string;
  readonly #target: string;
  readonly #file: number;
  #length = 0;
  #synced = 0;
  #isOpen = true;

  private constructor(target: string, temporary: string, file: number) {
    this.#target = target;
    this.temporary = temporary;
    this.#file = file;
  }

  /** Creates the file. Throws `FileError`. */
  static create(target: string): ErrorLog {
    const { path, file } = orWriteError(target, () => createTemporaryBeside(target));
    return new ErrorLog(target, path, file);
  }

  /**
   * The file of a run with the checkpoint `id`, with those entries of an earlier one that `keeps` says yes to: the others
   * are of records that will be mapped again.
   *
   * @throws {FileError} where it cannot be written
   */
  static async resume(
    target: string,
    id: string,
    isResumed: boolean,
    keeps: (path: string, number: number) => boolean,
  ): Promise<ErrorLog> {
    const draft = draftPath(target, id);
    // It may have got its name just before the end.
    const before = [draft, target].find((path) => isResumed && fileStatus(path)?.kind === "file");
    const created = ErrorLog.create(target);
    let kept = 0;
    try {
      if (before !== undefined) {
        for await (const line of linesOf(before)) {
          const { path, number } = entryOf(line) ?? {};
          if (path === undefined || number === undefined || !keeps(path, number)) continue;
          created.#append(line);
          kept++;
        }
      }
      await disk.sync(created.temporary);
      orWriteError(target, () => renameFile(created.temporary, draft));
      await disk.syncFolder(folderName(draft));
    } catch (error) {
      created.abandon();
      throw error;
    }
    const log = new ErrorLog(target, draft, created.#file);
    log.#length = log.#synced = created.#length;
    return Object.assign(log, { kept });
  }

  /** Adds a record: the input that it is from, its number there, its offset, itself, and what its call threw. */
  add(path: string, number: number, { offset, record, isBase64, error }: FailedRecord): void {
    const entry = isBase64 ? { base64: record } : { record };
    this.#append(encoder.encode(`${JSON.stringify({ path, number, offset, ...entry, error })}\n`));
  }

  /** Resolves when all entries so far survive a power cut. */
  async sync(): Promise<void> {
    const length = this.#length;
    if (length === this.#synced) return;
    await disk.sync(this.temporary);
    this.#synced = length;
  }

  /** Gives the file its name. */
  commit(): void {
    this.#close();
    orWriteError(this.#target, () => renameFile(this.temporary, this.#target));
  }

  /** Ends the file as it is, to be gone on with. */
  leave(): void {
    this.#close();
  }

  /** Removes the file unless it has its name already. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#close();
    removeFile(this.temporary);
  }

  #append(line: Uint8Array): void {
    orWriteError(this.#target, () => writeAt(this.#file, line, this.#length));
    this.#length += line.length;
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    orWriteError(this.#target, () => closeFile(this.#file));
  }
}

/** The whole lines of a file, with their ends. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of readInOrder(path)) {
    const bytes = new Uint8Array(held.length + piece.length);
    bytes.set(held);
    bytes.set(piece, held.length);
    let start = 0;
    for (let end; (end = bytes.indexOf(NEWLINE, start) + 1) > 0; start = end) yield bytes.subarray(start, end);
    held = bytes.slice(start);
  }
}

/** What a line says; undefined where a power cut has left it half. */
function entryOf(line: Uint8Array): { readonly path?: string; readonly number?: number } | undefined {
  try {
    return JSON.parse(decoder.decode(line)) as { path?: string; number?: number };
  } catch {
    return undefined;
  }
}
