import { Command, CommanderError, Option } from "commander";
import type { InvalidMode } from "../kernels/lowercase.ts";
import type { CompressionChoice } from "../text/compression.ts";
import { FORMS, parseChunkSize, parseWorkers, PROGRESS_FORMS } from "./flag_values.ts";
import { addMapCommand, type MapArguments } from "./map_arguments.ts";
import type { ProgressForm } from "./progress_form.ts";

/** What `manyhands lower` was asked for: checked as far as that needs no look at the system. */
export interface LowerArguments {
  readonly command: "lower";
  readonly inputs: readonly string[];
  readonly output: string;
  readonly workers: number | undefined;
  readonly chunkBytes: number | undefined;
  readonly ordered: boolean;
  readonly concat: boolean;
  readonly invalid: InvalidMode;
  readonly decompress: CompressionChoice;
  readonly compress: CompressionChoice;
  readonly resume: boolean;
  readonly progress: ProgressForm;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** What the command line asks for. */
export type CommandArguments =
  | LowerArguments
  | MapArguments
  | { readonly command: "doctor" }
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "usage-error"; readonly message: string };

interface LowerFlags {
  output?: string;
  workers?: number;
  chunkSize?: number;
  unordered?: true;
  concat?: true;
  invalid: InvalidMode;
  decompress: CompressionChoice;
  compress: CompressionChoice;
  resume?: true;
  progress: ProgressForm;
  verbose?: true;
  quiet?: true;
  json?: true;
}

const EXAMPLES = `
Examples:
  manyhands lower book.txt --output book.lower.txt
  manyhands lower corpus --output lower              a folder, mirrored under the output folder
  manyhands lower a.txt b.txt corpus --output all.txt --concat
  manyhands lower huge.txt.gz --output lower.txt.zst gzip in, zstd out, by the names
  manyhands lower corpus --output lower --resume     days of work: the same again goes on where it ended
  xzcat huge.xz | manyhands lower - --output -       standard input to standard output

Exit codes: 0 done, 1 some inputs failed (each is named), 2 wrong usage, 130 stopped by Ctrl-C.`;

/** Reads the arguments of the command. Touches nothing but them. */
export function readCommandLine(args: readonly string[]): CommandArguments {
  let result: CommandArguments | undefined;
  let printed = "";
  let complaint = "";
  const program = new Command("manyhands")
    .description("Work on text with all cores, in flat memory")
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed += text, writeErr: (text) => complaint += text })
    .helpCommand(false);
  const lower = program.command("lower")
    .description("Lower-case UTF-8 text exactly as Unicode 17.0 says")
    .argument("[INPUT...]", "files and folders, or - for standard input")
    .option("-o, --output <PATH>", "file, folder, or - for standard output")
    .option("-w, --workers <N>", "number of workers (default: the number of cores)", parseWorkers)
    .option(
      "--chunk-size <SIZE>",
      "text that a worker takes at a time (default: 4M; 1M for standard input)",
      parseChunkSize,
    )
    .option("--concat", "write all into the one file that --output names, one after another, as cat does")
    .option("--unordered", "finish outputs as they become ready, not in the order of the inputs")
    .addOption(
      new Option("--invalid <MODE>", "bytes that are not UTF-8: pass them through, fail, or replace them by U+FFFD")
        .choices(["pass", "error", "replace"]).default("pass"),
    )
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
    .option("--json", "print the final report as JSON")
    .addHelpText("after", EXAMPLES)
    .action((inputs: string[], flags: LowerFlags) => {
      if (inputs.length === 0) {
        lower.error("error: there is no input: expected paths of files or folders, or - for standard input");
      }
      if (inputs.includes("")) lower.error("error: an input is empty: expected a path, or - for standard input");
      if (flags.output === undefined || flags.output === "") {
        lower.error("error: there is no output: expected --output PATH, or --output - for standard output");
      }
      if (flags.resume && flags.concat) {
        lower.error("error: --resume needs an output file for each input, which --concat does not give");
      }
      if (flags.resume && (inputs.includes("-") || flags.output === "-")) {
        lower.error("error: --resume needs files: standard input and output can be gone through only once");
      }
      result = {
        command: "lower",
        inputs,
        output: flags.output!,
        workers: flags.workers,
        chunkBytes: flags.chunkSize,
        ordered: flags.unordered !== true,
        concat: flags.concat === true,
        invalid: flags.invalid,
        decompress: flags.decompress,
        compress: flags.compress,
        resume: flags.resume === true,
        progress: flags.progress,
        verbose: flags.verbose === true,
        quiet: flags.quiet === true,
        json: flags.json === true,
      };
    });
  addMapCommand(program, (args) => result = args);
  program.command("doctor")
    .description("Show what this runtime can do, and where it cannot, why")
    .action(() => {
      result = { command: "doctor" };
    });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { command: "help", text: printed.trimEnd() };
    // Without a command commander shows the help as a complaint.
    return { command: "usage-error", message: complaint.trimEnd() || error.message };
  }
  return result ?? { command: "usage-error", message: complaint.trimEnd() };
}
