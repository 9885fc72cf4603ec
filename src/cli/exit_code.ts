import type { StopSignal } from "../runtime/terminal.ts";

/** What the command's exit codes mean. */
export const ExitCode = { done: 0, failed: 1, usage: 2 } as const;

const SIGNAL_NUMBERS: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The exit code of a command that a signal stopped, as shells count it. */
export function signalExitCode(signal: StopSignal): number {
  return 128 + SIGNAL_NUMBERS[signal];
}
