import { ManyhandsError } from "../core/errors.ts";
import { UnloadedError } from "../core/late_modules.ts";
import { decodingForeign } from "../core/wire.ts";
import { decodeBytes } from "./decode_bytes.ts";

/**
 * The value in bytes that came from another program, which may have made them up.
 *
 * @throws {ManyhandsError} with code `ERR_BAD_MESSAGE` where they hold none, or an object in shared memory
 */
export function decodeForeign(bytes: Uint8Array): unknown {
  try {
    return decodingForeign(() => decodeBytes(bytes));
  } catch (cause) {
    if (cause instanceof UnloadedError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ManyhandsError("ERR_BAD_MESSAGE", `Cannot read a message of ${bytes.length} bytes: ${reason}`, { cause });
  }
}
