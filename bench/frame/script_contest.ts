import { runProcess } from "./run_process.ts";
import { benchFile, type RuntimeCommand } from "./runtimes.ts";
import type { Column, Contest } from "./section.ts";

/** A contestant that prints its figures: see README.md beside the sections for what it prints. */
export interface Script {
  readonly contestants: readonly string[];
  readonly measures: readonly string[];
  /** Path from `bench/`. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly turns?: number;
}

/** A script on one runtime. */
export function scriptContest(
  runtime: RuntimeCommand,
  { file, args = [], ...contest }: Script,
): Contest {
  return commandContest({
    ...contest,
    column: runtime.name,
    command: runtime.command,
    args: [...runtime.args, benchFile(file), ...args],
  });
}

/** Any program that prints its figures. */
export function commandContest(
  { command, args, ...contest }: {
    readonly column: Column;
    readonly contestants: readonly string[];
    readonly measures: readonly string[];
    readonly turns?: number;
    readonly command: string;
    readonly args: readonly string[];
  },
): Contest {
  return {
    ...contest,
    start: (deadlineSeconds) => runProcess(command, args, { deadlineSeconds }),
  };
}
