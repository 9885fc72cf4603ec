import { FileError } from "../core/errors.ts";
import {
  exit,
  onStopSignal,
  outputIsTerminal,
  printErrorLine,
  printLine,
  type StopSignal,
} from "../runtime/terminal.ts";
import type { TextReport } from "../text/report.ts";
import type { LowercaseOptions } from "../text/text_options.ts";
import { ExitCode, signalExitCode } from "./exit_code.ts";
import { progressDisplay } from "./progress_display.ts";
import type { ProgressDisplay, ProgressForm } from "./progress_form.ts";
import { errorText, reportJson } from "./report_lines.ts";
import type { TextArguments } from "./text_arguments.ts";

const RESUMABLE = "what is done is kept: go on with the same command and --resume";

/** A run over texts, as the command line sees it. */
export interface TextWork<R> {
  run(display: ProgressDisplay, signal: AbortSignal): Promise<R>;
  /** The report for people. */
  reportText(report: R): string;
  /** Whether all is done. */
  isDone(report: R): boolean;
  /** Whether an error that ended the run is of how the command was used. */
  isUsage(error: unknown): boolean;
  /** Whether it leaves what can be gone on with. */
  isResumable(error: unknown): boolean;
}

/** Runs a command over texts with its progress, its report and its stop by Ctrl-C; resolves with the exit code. */
export async function textCommand<R extends TextReport>(
  args: TextArguments,
  work: TextWork<R>,
): Promise<number> {
  const controller = new AbortController();
  let stoppedBy: StopSignal | undefined;
  let display: ProgressDisplay | undefined = undefined;
  await onStopSignal((signal) => {
    // Who asks twice does not want to wait for anything, but for the cursor.
    if (stoppedBy !== undefined) {
      display?.stop();
      exit(signalExitCode(signal));
    }
    stoppedBy = signal;
    controller.abort();
  });
  display = await progressDisplay(progressForm(args), args.verbose);
  try {
    const report = await work.run(display, controller.signal);
    display.stop();
    if (args.json || !args.quiet) {
      const text = args.json ? reportJson(report) : work.reportText(report);
      // Standard output is the text's own when the text goes there.
      if (args.output === "-") printErrorLine(text);
      else await printLine(text);
    }
    if (args.resume && report.filesFailed > 0) printErrorLine(`manyhands: ${RESUMABLE}`);
    return work.isDone(report) ? ExitCode.done : ExitCode.failed;
  } catch (error) {
    display.stop();
    if (stoppedBy !== undefined) {
      printErrorLine(`manyhands: Stopped; ${args.resume ? RESUMABLE : "incomplete outputs are removed"}`);
      return signalExitCode(stoppedBy);
    }
    printErrorLine(`manyhands: ${errorText(error as Error)}`);
    // With --resume what cannot be written ends the run only where it is the journal, or may be lost.
    if (args.resume && (error instanceof FileError || work.isResumable(error))) {
      printErrorLine(`manyhands: ${RESUMABLE}`);
    }
    return work.isUsage(error) ? ExitCode.usage : ExitCode.failed;
  }
}

/** A bar would be drawn into the text where both go to one terminal. */
function progressForm({ quiet, progress, output }: TextArguments): ProgressForm {
  return quiet || (progress === "auto" && output === "-" && outputIsTerminal()) ? "none" : progress;
}

/** The options of a run in which each input becomes an output. */
export function textOptions(
  args: TextArguments & { readonly concat: boolean },
  display: ProgressDisplay,
  signal: AbortSignal,
): LowercaseOptions {
  const options: LowercaseOptions = {
    input: args.inputs,
    output: args.output,
    ordered: args.ordered,
    concat: args.concat,
    decompress: args.decompress,
    compress: args.compress,
    checkpoint: args.resume,
    signal,
    onProgress: (progress) => display.update(progress),
    onError: (failure) => display.failed(failure),
  };
  if (args.workers !== undefined) options.processes = args.workers;
  if (args.chunkBytes !== undefined) options.chunkBytes = args.chunkBytes;
  return options;
}
