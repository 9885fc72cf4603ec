import type { FileError } from "../core/errors.ts";
import { fileErrorCode, writeInOrder } from "../runtime/files.ts";
import { writeStandardOutput } from "../runtime/terminal.ts";
import type { ByteWriter } from "./byte_sink.ts";
import { writeError } from "./file_failure.ts";
import { WriterSink } from "./writer_sink.ts";

/** An output that all texts go to. */
export interface CommonOutput {
  readonly sink: WriterSink;
  close(): Promise<void>;
  /** What to report where the output failed with `cause`. */
  error(cause: unknown): unknown;
}

/** Opens a pipe or device, standard output or a writer; undefined where the output is files of their own. */
export async function openCommonOutput(
  output: string | ByteWriter,
  device: string | undefined,
): Promise<CommonOutput | undefined> {
  if (device !== undefined) {
    const error = writeFailure(device);
    const opened = await writeInOrder(device).catch((cause) => {
      throw error(cause);
    });
    return { sink: new WriterSink(opened, false), close: () => opened.close(), error };
  }
  if (output === "-") {
    return {
      sink: new WriterSink({ write: writeStandardOutput }, false),
      close: () => Promise.resolve(),
      error: writeFailure("standard output"),
    };
  }
  if (typeof output === "string") return undefined;
  return { sink: new WriterSink(output, true), close: () => Promise.resolve(), error: (cause) => cause };
}

function writeFailure(name: string): (cause: unknown) => FileError {
  return (cause) => writeError(name, fileErrorCode(cause), (cause as Error).message, cause);
}
