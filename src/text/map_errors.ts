import { FileError, RecordError, RemoteError } from "../core/errors.ts";
import { failureError } from "./file_failure.ts";
import type { FileTrouble, MappableFile } from "./map_file_tasks.ts";
import type { ErrorData, FailedRecord } from "./record_form.ts";

/** The error of a record that failed; `number` counts the records of its input from 1. */
export function recordError(path: string, number: number, { offset, error }: FailedRecord): RecordError {
  return new RecordError(path, number, offset, `${error.name}: ${error.message}`, { cause: causeOf(error) });
}

/** What a worker's call threw, as far as it came over. */
function causeOf({ name, message, code, stack = "" }: ErrorData): Error {
  const error = new RemoteError(name, message, stack);
  return code === undefined ? error : Object.assign(error, { remoteCode: code });
}

/** An error that names its input. */
export function inputError(error: unknown, path: string): Error {
  if (error instanceof FileError || error instanceof RecordError) return error;
  const { message } = error as Error;
  const name = path === "-" ? "standard input" : path;
  return new FileError("ERR_INPUT_UNREADABLE", path, `Cannot map ${name}: ${message}`, { cause: error });
}

/** The error of a small file of which nothing came. */
export function troubleError(trouble: FileTrouble, { path, target = path }: MappableFile): Error {
  return "failure" in trouble ? failureError(trouble.failure, path, target) : inputError(causeOf(trouble.thrown), path);
}
