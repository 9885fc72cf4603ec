import { CheckpointError, OutputConflictError, RecordError, TaskLoadError } from "../core/errors.ts";
import { fileStatus } from "../runtime/files.ts";
import { moduleUrl } from "../runtime/module_url.ts";
import { exit, onStopSignal, printErrorLine, printLine, type StopSignal } from "../runtime/terminal.ts";
import type { MapTextOptions } from "../text/map_options.ts";
import { mapText } from "../text/map_text.ts";
import type { TextFailure } from "../text/report.ts";
import { ExitCode, signalExitCode } from "./exit_code.ts";
import type { MapArguments } from "./map_arguments.ts";
import { mapReportText } from "./map_report_text.ts";
import { progressDisplay } from "./progress_display.ts";
import type { ProgressDisplay } from "./progress_form.ts";
import { reportJson } from "./report_lines.ts";

/** Failed records that are named at most; the report tells how many there were. */
const NAMED_RECORDS = 20;

const RESUMABLE = "what is done is kept: go on with the same command and --resume";

/** Runs `manyhands map`; resolves with the exit code. */
export async function mapCommand(args: MapArguments): Promise<number> {
  const module = moduleUrl(args.module);
  if (module.protocol === "file:" && !isThere(args.module, module)) {
    printErrorLine(`manyhands: Cannot load ${args.module}: there is no such file`);
    return ExitCode.usage;
  }
  const controller = new AbortController();
  let stoppedBy: StopSignal | undefined;
  await onStopSignal((signal) => {
    // Who asks twice does not want to wait for anything.
    if (stoppedBy !== undefined) exit(signalExitCode(signal));
    stoppedBy = signal;
    controller.abort();
  });
  const display = await progressDisplay(args.quiet ? "none" : args.progress, args.verbose);
  try {
    const report = await mapText(optionsOf(args, module, display, controller.signal));
    display.stop();
    if (args.json || !args.quiet) {
      const text = args.json ? reportJson(report) : mapReportText(report);
      // Standard output is the records' own when they go there.
      if (args.output === "-") printErrorLine(text);
      else await printLine(text);
    }
    if (args.resume && report.failed.length > 0) printErrorLine(`manyhands: ${RESUMABLE}`);
    return report.failed.length > 0 || report.recordsFailed > 0 ? ExitCode.failed : ExitCode.done;
  } catch (error) {
    display.stop();
    if (stoppedBy !== undefined) {
      printErrorLine(`manyhands: Stopped; ${args.resume ? RESUMABLE : "incomplete outputs are removed"}`);
      return signalExitCode(stoppedBy);
    }
    printErrorLine(`manyhands: ${(error as Error).message}`);
    if (args.resume && error instanceof RecordError) printErrorLine(`manyhands: ${RESUMABLE}`);
    const isUsage = [OutputConflictError, TaskLoadError, CheckpointError].some((usage) => error instanceof usage);
    return isUsage ? ExitCode.usage : ExitCode.failed;
  }
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
