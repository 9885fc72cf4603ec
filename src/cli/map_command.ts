import { CheckpointError, OutputConflictError, RecordError, TaskLoadError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { fileStatus } from "../runtime/files.ts";
import { moduleUrl } from "../runtime/module_url.ts";
import { printErrorLine } from "../runtime/terminal.ts";
import type { MapTextOptions } from "../text/map_options.ts";
import { mapText } from "../text/map_text.ts";
import type { TextFailure } from "../text/report.ts";
import { ExitCode } from "./exit_code.ts";
import type { MapArguments } from "./map_arguments.ts";
import { mapReportText } from "./map_report_text.ts";
import type { ProgressDisplay } from "./progress_form.ts";
import { textCommand } from "./text_command.ts";

/** Failed records that are named at most; the report tells how many there were. */
const NAMED_RECORDS = 20;

/** Runs `manyhands map`; resolves with the exit code. */
export async function mapCommand(args: MapArguments): Promise<number> {
  runtime.keepHeapSmall(true);
  const module = moduleUrl(args.module);
  if (module.protocol === "file:" && !isThere(args.module, module)) {
    printErrorLine(`manyhands: Cannot load ${args.module}: there is no such file`);
    return ExitCode.usage;
  }
  return await textCommand(args, {
    run: (display, signal) => mapText(optionsOf(args, module, display, signal)),
    reportText: mapReportText,
    isDone: (report) => report.filesFailed === 0 && report.recordsFailed === 0,
    isUsage: (error) => [OutputConflictError, TaskLoadError, CheckpointError].some((usage) => error instanceof usage),
    isResumable: (error) => error instanceof RecordError,
  });
}

function isThere(name: string, url: URL): boolean {
  try {
    return fileStatus(name.startsWith("file:") ? decodeURIComponent(url.pathname) : name) !== undefined;
  } catch {
    // Loading it tells more.
    return true;
  }
}

function optionsOf(args: MapArguments, module: URL, display: ProgressDisplay, signal: AbortSignal): MapTextOptions {
  const { by, header, delimiter, concurrency, retries, onError, ordered, invalid, decompress, compress } = args;
  let named = 0;
  const options: MapTextOptions = {
    input: args.inputs,
    output: args.output,
    task: { module, export: args.export },
    by,
    header,
    delimiter,
    concurrency,
    retries,
    onError,
    ordered,
    concat: args.concat,
    checkpoint: args.resume,
    invalid,
    decompress,
    compress,
    signal,
    onProgress: (progress) => display.update(progress),
    onFailure: (failure: TextFailure) => {
      // What is kept in a file need not be named.
      const isRecord = failure.error instanceof RecordError;
      if (!isRecord || (onError === "skip" && ++named <= NAMED_RECORDS)) display.failed(failure);
    },
  };
  if (args.workers !== undefined) options.processes = args.workers;
  if (args.chunkBytes !== undefined) options.chunkBytes = args.chunkBytes;
  if (args.timeout !== undefined) options.timeout = args.timeout;
  if (args.errorsTo !== undefined) options.errorsTo = args.errorsTo;
  return options;
}
