import { syncOpened } from "../runtime/disk.ts";
import { closeFile, createEmpty, createTemporaryBeside, type NewFile, removeFile, writeAt } from "../runtime/files.ts";
import { draftPath } from "./draft_path.ts";
import { guarded, TaskFailure } from "./file_failure.ts";
import { inputChange, type KnownFile } from "./input_change.ts";

/** A small file of many, and the path that its output gets. */
export interface BatchedFile extends KnownFile {
  readonly target: string;
}

/** An output that is complete but for its name. */
export interface WrittenFile {
  readonly temporary: string;
  /** Bytes of input. */
  readonly consumed: number;
  /** Bytes of output. */
  readonly produced: number;
}

/** Creates the file that a small text is written to before it has its name. */
function createDraft(target: string, checkpoint: string | undefined): NewFile {
  if (checkpoint === undefined) return createTemporaryBeside(target);
  const path = draftPath(target, checkpoint);
  return { path, file: createEmpty(path) };
}

/**
 * Writes the output of a small file beside its target; the bytes are made by `work`, which returns how many there are. With
 * a `checkpoint` they last when this returns. Nothing is left where it fails. Throws `TaskFailure`.
 */
export function writeDraft(
  file: BatchedFile,
  checkpoint: string | undefined,
  work: (write: (bytes: Uint8Array, position: number) => void) => number,
): WrittenFile {
  const { path: temporary, file: opened } = guarded("write", () => createDraft(file.target, checkpoint));
  let isOpen = true;
  try {
    const produced = work((bytes, position) => guarded("write", () => writeAt(opened, bytes, position)));
    if (checkpoint !== undefined) guarded("write", () => syncOpened(opened));
    isOpen = false;
    guarded("write", () => closeFile(opened));
    return { temporary, consumed: file.size, produced };
  } catch (error) {
    if (isOpen) closeFile(opened);
    removeFile(temporary);
    throw error;
  }
}

/** Throws `TaskFailure` where a file is no longer what it was when the run began. */
export function assertUnchanged(file: KnownFile): void {
  const change = guarded("read", () => inputChange(file));
  if (change !== undefined) throw new TaskFailure({ kind: "changed", message: change });
}
