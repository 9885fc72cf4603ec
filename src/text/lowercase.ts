import { Crew } from "./crew.ts";
import type { TextReport } from "./report.ts";
import { type CheckpointSystem, lowercaseIdentity } from "./run_checkpoint.ts";
import { runText, type StartPool } from "./run_text.ts";
import { type LowercaseOptions, readOptions } from "./text_options.ts";

/**
 * Lower-cases texts of any size in flat memory: exact Unicode 17.0 lower-casing of UTF-8, the same bytes on every
 * runtime. Workers read their parts of a file straight into shared linear memory, lower-case them there and write
 * them at their place; only standard input and output, and a stream or writer of the caller's own, pass through this thread.
 *
 * A folder's files are mirrored under the output folder. Output files appear under their names only when they are
 * complete. An input that fails is reported, the others go on.
 *
 * @returns what was done; the inputs that failed are in `failed`
 * @throws {TypeError} where an option is of the wrong kind
 * @throws {RangeError} where a number is out of its range
 * @throws {OutputConflictError} where the output is, lies inside or would overwrite an input, or is no folder and must be
 * @throws {CheckpointError} where a run with `checkpoint` is not the one that is to be resumed, or cannot be
 * @throws {FileError} where the journal of such a run cannot be written
 * @throws {OutOfMemoryError} where the chunks of so many workers do not fit into the shared memory
 * @throws the signal's reason once `signal` is aborted
 *
 * Python's counterpart is `Pool.imap` over the lines or blocks of a file.
 *
 * @example
 * ```ts no-eval
 * import { lowercase } from "@manyhands/manyhands/text";
 *
 * const report = await lowercase({ input: "corpus", output: "lower" });
 * console.log(`${report.files} files, ${report.bytesIn} bytes in ${report.seconds} s`);
 * for (const { path, error } of report.failed) console.error(path, error.message);
 * ```
 */
export function lowercase(options: LowercaseOptions): Promise<TextReport> {
  return lowercaseWith((processes) => new Crew(processes), options);
}

/** `lowercase` on the pool that `startPool` makes. */
export async function lowercaseWith(
  startPool: StartPool,
  options: LowercaseOptions,
  system?: CheckpointSystem,
): Promise<TextReport> {
  return await runText(readOptions(options), lowercaseIdentity, startPool, system);
}
