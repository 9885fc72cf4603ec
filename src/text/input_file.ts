import { closeFile, openToRead, readAt } from "../runtime/files.ts";
import type { ByteSource } from "./byte_source.ts";
import { guarded } from "./file_failure.ts";

/** An input file as it was when the run began. */
export interface InputFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Opens a file for `work` to read, as long as that takes. Throws `TaskFailure`. */
export function withInput<T>(file: InputFile, work: (source: ByteSource) => T): T {
  const opened = guarded("read", () => openToRead(file.path));
  try {
    return work({
      size: file.size,
      readAt: (target, position) => guarded("read", () => readAt(opened, target, position)),
    });
  } finally {
    closeFile(opened);
  }
}
