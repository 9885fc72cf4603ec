import { CheckpointError, OutputConflictError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { exit, onStopSignal, printErrorLine, printLine, type StopSignal } from "../runtime/terminal.ts";
import { lowercase } from "../text/lowercase.ts";
import type { LowercaseOptions } from "../text/text_options.ts";
import type { LowerArguments } from "./command_line.ts";
import { ExitCode, signalExitCode } from "./exit_code.ts";
import { progressDisplay } from "./progress_display.ts";
import { reportJson, reportText } from "./report_lines.ts";

const RESUMABLE = "what is done is kept: go on with the same command and --resume";

/** Runs `manyhands lower`; resolves with the exit code. */
export async function lowerCommand(args: LowerArguments): Promise<number> {
  runtime.keepHeapSmall();
  const controller = new AbortController();
  let stoppedBy: StopSignal | undefined;
  await onStopSignal((signal) => {
    // Who asks twice does not want to wait for anything.
    if (stoppedBy !== undefined) exit(signalExitCode(signal));
    stoppedBy = signal;
    controller.abort();
  });
  const display = await progressDisplay(args.quiet ? "none" : args.progress, args.verbose);
  const options: LowercaseOptions = {
    input: args.inputs,
    output: args.output,
    ordered: args.ordered,
    concat: args.concat,
    invalid: args.invalid,
    decompress: args.decompress,
    compress: args.compress,
    checkpoint: args.resume,
    signal: controller.signal,
    onProgress: (progress) => display.update(progress),
    onError: (failure) => display.failed(failure),
  };
  if (args.workers !== undefined) options.processes = args.workers;
  if (args.chunkBytes !== undefined) options.chunkBytes = args.chunkBytes;
  try {
    const report = await lowercase(options);
    display.stop();
    if (args.json || !args.quiet) {
      const text = args.json ? reportJson(report) : reportText(report);
      // Standard output is the text's own when the text goes there.
      if (args.output === "-") printErrorLine(text);
      else await printLine(text);
      if (args.resume && report.failed.length > 0) printErrorLine(`manyhands: ${RESUMABLE}`);
    }
    return report.failed.length > 0 ? ExitCode.failed : ExitCode.done;
  } catch (error) {
    display.stop();
    if (stoppedBy !== undefined) {
      printErrorLine(`manyhands: Stopped; ${args.resume ? RESUMABLE : "incomplete outputs are removed"}`);
      return signalExitCode(stoppedBy);
    }
    printErrorLine(`manyhands: ${(error as Error).message}`);
    const isUsage = error instanceof OutputConflictError || error instanceof CheckpointError;
    return isUsage ? ExitCode.usage : ExitCode.failed;
  }
}
