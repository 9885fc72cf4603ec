import { CheckpointError, OutputConflictError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { lowercase } from "../text/lowercase.ts";
import type { LowercaseOptions } from "../text/text_options.ts";
import type { LowerArguments } from "./lower_arguments.ts";
import type { ProgressDisplay } from "./progress_form.ts";
import { reportText } from "./report_lines.ts";
import { textCommand } from "./text_command.ts";

/** Runs `manyhands lower`; resolves with the exit code. */
export function lowerCommand(args: LowerArguments): Promise<number> {
  runtime.keepHeapSmall();
  return textCommand(args, {
    run: (display, signal) => lowercase(optionsOf(args, display, signal)),
    reportText,
    isDone: (report) => report.failed.length === 0,
    isUsage: (error) => error instanceof OutputConflictError || error instanceof CheckpointError,
    isResumable: () => false,
  });
}

function optionsOf(args: LowerArguments, display: ProgressDisplay, signal: AbortSignal): LowercaseOptions {
  const options: LowercaseOptions = {
    input: args.inputs,
    output: args.output,
    ordered: args.ordered,
    concat: args.concat,
    invalid: args.invalid,
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
