import { type Command, Option } from "commander";
import type { CompressionChoice } from "../text/compression.ts";
import { FORMS, PROGRESS_FORMS } from "./flag_values.ts";
import type { ProgressForm } from "./progress_form.ts";

/** What every command over texts is asked for: checked as far as that needs no look at the system. */
export interface TextArguments {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly workers: number | undefined;
  readonly chunkBytes: number | undefined;
  readonly ordered: boolean;
  readonly decompress: CompressionChoice;
  readonly compress: CompressionChoice;
  readonly resume: boolean;
  readonly progress: ProgressForm;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** The flags of those as commander gives them. */
export interface TextFlags {
  output?: string;
  workers?: number;
  chunkSize?: number;
  unordered?: true;
  decompress: CompressionChoice;
  compress: CompressionChoice;
  resume?: true;
  progress: ProgressForm;
  verbose?: true;
  quiet?: true;
  json?: true;
}

/** Adds the flags that read the same in every command; those that a command words for itself stand before them. */
export function addTextFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--decompress <FORM>", "how inputs are compressed; auto: .gz and .zst by their names")
        .choices(FORMS).default("auto"),
    )
    .addOption(
      new Option(
        "--compress <FORM>",
        "how outputs are compressed; auto: by the output's name, in a folder as the input",
      )
        .choices(FORMS).default("auto"),
    )
    .option("--resume", "go on where such a run was ended, by whatever; begin one where there was none")
    .addOption(
      new Option("--progress <FORM>", "a bar, a line every five seconds, JSON events, none; auto: a bar on a terminal")
        .choices(PROGRESS_FORMS).default("auto"),
    )
    .option("-v, --verbose", "show what each worker does")
    .option("-q, --quiet", "no progress and no report; failures are still named")
    .option("--json", "print the final report as JSON");
}

/** What they ask for; ends the command where that cannot be. */
export function textArguments(command: Command, inputs: readonly string[], flags: TextFlags): TextArguments {
  const { output = "" } = flags;
  if (inputs.length === 0) {
    command.error("error: there is no input: expected paths of files or folders, or - for standard input");
  }
  if (inputs.includes("")) command.error("error: an input is empty: expected a path, or - for standard input");
  if (output === "") {
    command.error("error: there is no output: expected --output PATH, or --output - for standard output");
  }
  if (flags.resume && (inputs.includes("-") || output === "-")) {
    command.error("error: --resume needs files: standard input and output can be gone through only once");
  }
  return {
    inputs,
    output,
    workers: flags.workers,
    chunkBytes: flags.chunkSize,
    ordered: flags.unordered !== true,
    decompress: flags.decompress,
    compress: flags.compress,
    resume: flags.resume === true,
    progress: flags.progress,
    verbose: flags.verbose === true,
    quiet: flags.quiet === true,
    json: flags.json === true,
  };
}
