import { ManyhandsError } from "./errors.ts";

/** What came from another process or thread is no message of this module: code `ERR_CORRUPT_DATA`. */
export function corruptData(message: string): ManyhandsError {
  return new ManyhandsError("ERR_CORRUPT_DATA", message);
}
