import {
  closeFile,
  createEmpty,
  createTemporaryBeside,
  fileErrorCode,
  removeFile,
  renameFile,
  setFileLength,
} from "../runtime/files.ts";
import { reserveRoom } from "../runtime/reserve_room.ts";
import type { ByteSink } from "./byte_sink.ts";
import { writeError } from "./file_failure.ts";
import { writeSlot } from "./file_tasks.ts";
import type { Slot } from "./slot.ts";
import { resultOf, type TaskRunner } from "./task_runner.ts";

/**
 * An output file, written by the workers under a temporary name beside the final one and renamed when complete: under
 * its final name there is the old file or the whole new one, never a part.
 */
export class FileSink implements ByteSink {
  /** Path under which the output is being written. */
  readonly temporary: string;
  /** Its final path. */
  readonly target: string;
  readonly #runner: TaskRunner;
  #position = 0;
  /** Whether the length of the file may be another than that of what was written. */
  #mayDiffer = false;
  #reserved: { readonly bytes: number; readonly done: Promise<boolean> } | undefined;

  /**
   * Creates the temporary file, and the folder if there is none; under the name `draft` where one is given. Throws
   * `FileError`.
   *
   * @param kept bytes that the file of that name has already, to be gone on with
   */
  constructor(target: string, runner: TaskRunner, draft?: string, kept?: number) {
    this.target = target;
    this.#runner = runner;
    this.temporary = orWriteError(target, () => {
      if (draft !== undefined && kept !== undefined) return draft;
      const created = draft === undefined ? createTemporaryBeside(target) : { path: draft, file: createEmpty(draft) };
      closeFile(created.file);
      return created.path;
    });
    if (kept !== undefined) this.goOnAt(kept);
  }

  /** Where the next piece goes. */
  get position(): number {
    return this.#position;
  }

  write(slot: Slot, length: number): Promise<number> {
    const position = this.#position;
    this.#position += length;
    return this.#runner.apply(writeSlot, [this.temporary, slot, length, position])
      .then((outcome) => resultOf(outcome, this.target, this.target));
  }

  /**
   * The content up to `position` is there by other means, holes at its end left out: the next piece goes there. What lies
   * beyond by an earlier attempt goes.
   */
  goOnAt(position: number): void {
    this.#position = position;
    this.#mayDiffer = true;
  }

  /** Makes the file as long as what was written. Throws `FileError`. */
  fitLength(): void {
    if (this.#mayDiffer) orWriteError(this.target, () => setFileLength(this.temporary, this.#position));
  }

  /** Reserves room for as much as the file at `like` has, so many bytes, where that pays: see `reserveRoom`. */
  reserve(like: string, bytes: number): void {
    this.#reserved = { bytes, done: reserveRoom(this.temporary, like) };
  }

  /** Resolves when nothing reserves room any more that is not needed: before that the length is not to be set. */
  async settle(): Promise<void> {
    if (this.#reserved === undefined || this.#position >= this.#reserved.bytes) return;
    this.#mayDiffer = true;
    await this.#reserved.done;
  }

  /** Gives the complete file its final name. Throws `FileError`. */
  commit(): void {
    this.fitLength();
    orWriteError(this.target, () => renameFile(this.temporary, this.target));
  }

  /** Removes the incomplete file. */
  abandon(): void {
    removeFile(this.temporary);
  }
}

/** Runs a step of writing `path`; what the system throws becomes a `FileError`. */
export function orWriteError<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw writeError(path, fileErrorCode(error), (error as Error).message, error);
  }
}
