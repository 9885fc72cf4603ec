import { FileError, type FileErrorCode, InvalidUtf8Error, KernelError, type KernelErrorCode } from "../core/errors.ts";
import { fileErrorCode } from "../runtime/files.ts";

/**
 * A failure of a text task as plain data. Tasks answer with it instead of throwing, since a failing file is an
 * expected answer and the main thread knows the path as the caller wrote it.
 */
export interface FailureData {
  readonly kind: "read" | "write" | "changed" | "invalid" | "stopped" | "kernel";
  /** Message of the system, or what was found. */
  readonly message: string;
  /** Code of the system's error, such as `"ENOSPC"`. */
  readonly system?: string | undefined;
  /** `"invalid"`: offset of the first invalid byte in the input. */
  readonly offset?: number;
  /** `"kernel"`: what was wrong with it, and the part of the input that it was for. */
  readonly call?: KernelCallFailure;
}

/** A call of a kernel that failed. */
export interface KernelCallFailure {
  readonly code: KernelErrorCode;
  /** In bytes from the start of the text. */
  readonly start: number;
  readonly end: number;
}

/** Thrown inside a task to leave it with a failure. */
export class TaskFailure extends Error {
  readonly data: FailureData;

  constructor(data: FailureData) {
    super(data.message);
    this.data = data;
  }
}

/** Runs a file operation; what the system throws becomes a failure of kind `kind`. */
export function guarded<T>(kind: "read" | "write", operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    const system = fileErrorCode(error);
    if (system === undefined) throw error;
    throw new TaskFailure({ kind, system, message: (error as Error).message });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
  EFBIG: "the file would be too large for its file system",
  EIO: "input/output error",
  ELOOP: "too many links in the path",
};

function because(system: string | undefined, message: string): string {
  return (system !== undefined ? reasons[system] : undefined) ?? message;
}

/** The error to report for an input that could not be read. */
export function readError(path: string, system: string | undefined, message: string, cause?: unknown): FileError {
  const code: FileErrorCode = system === "ENOENT" ? "ERR_INPUT_NOT_FOUND" : "ERR_INPUT_UNREADABLE";
  return new FileError(code, path, `Cannot read ${path}: ${because(system, message)}`, { cause });
}

/** What a decompressor found. */
class DecodeError extends Error {}

/** The error to report for an input that is not what its form of compression asks for. */
export function damagedError(path: string, form: string, message: string, cause: unknown): FileError {
  const name = path === "-" ? "standard input" : path;
  return new FileError("ERR_INPUT_UNREADABLE", path, `Cannot read ${name} as ${form}: ${message}`, {
    cause: new DecodeError(message, { cause }),
  });
}

/** Whether an error is of `damagedError`: the same input would fail again. */
export function isDamage(error: FileError): boolean {
  return error.cause instanceof DecodeError;
}

/** The error to report for an output that could not be written. */
export function writeError(path: string, system: string | undefined, message: string, cause?: unknown): FileError {
  const code: FileErrorCode = system === "ENOSPC" || system === "EDQUOT" ? "ERR_DISK_FULL" : "ERR_OUTPUT_UNWRITABLE";
  return new FileError(code, path, `Cannot write ${path}: ${because(system, message)}`, { cause });
}

/** The error to report for an input whose content was not the same all through the run. */
export function changedError(path: string, found: string): FileError {
  return new FileError("ERR_INPUT_CHANGED", path, `${path} changed while it was read: ${found}`);
}

/** The error that a task's failure stands for; `input` and `output` are the paths as the caller knows them. */
export function failureError(data: FailureData, input: string, output: string): Error {
  switch (data.kind) {
    case "read":
      return readError(input, data.system, data.message);
    case "write":
      return writeError(output, data.system, data.message);
    case "changed":
      return changedError(input, data.message);
    case "invalid":
      return new InvalidUtf8Error(data.offset ?? 0);
    case "kernel": {
      const { code, start, end } = data.call!;
      return new KernelError(code, { path: input, start, end }, data.message);
    }
    case "stopped":
      return new DOMException("The run was stopped", "AbortError");
  }
}
