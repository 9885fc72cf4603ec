import { CheckpointError, OutputConflictError } from "../core/errors.ts";
import { runtime } from "../runtime/current.ts";
import { Crew } from "../text/crew.ts";
import { lowercaseWith } from "../text/lowercase.ts";
import type { LowerArguments } from "./lower_arguments.ts";
import { reportText } from "./report_lines.ts";
import { textCommand, textOptions } from "./text_command.ts";

/** Runs `manyhands lower`; resolves with the exit code. */
export function lowerCommand(args: LowerArguments): Promise<number> {
  runtime.keepHeapSmall();
  return textCommand(args, {
    run: (display, signal) =>
      lowercaseWith(
        (processes, isFree) => new Crew(processes, { usesOwnThread: isFree }),
        { ...textOptions(args, display, signal), invalid: args.invalid },
      ),
    reportText: (report) => reportText(report),
    isDone: (report) => report.filesFailed === 0,
    isUsage: (error) => error instanceof OutputConflictError || error instanceof CheckpointError,
    isResumable: () => false,
  });
}
