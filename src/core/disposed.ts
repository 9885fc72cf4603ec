import { ManyhandsError } from "./errors.ts";

/** The error of using what was freed for all processes. */
export function disposedError(what: string): ManyhandsError {
  return new ManyhandsError("ERR_DISPOSED", `${what} was disposed of and cannot be used`);
}
