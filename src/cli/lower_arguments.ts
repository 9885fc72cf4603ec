import { type Command, Option } from "commander";
import type { InvalidMode } from "../kernels/lowercase.ts";
import { parseChunkSize, parseWorkers } from "./flag_values.ts";
import { addTextFlags, type TextArguments, textArguments, type TextFlags } from "./text_arguments.ts";

/** What `manyhands lower` was asked for: checked as far as that needs no look at the system. */
export interface LowerArguments extends TextArguments {
  readonly command: "lower";
  readonly concat: boolean;
  readonly invalid: InvalidMode;
}

interface LowerFlags extends TextFlags {
  concat?: true;
  invalid: InvalidMode;
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

/** Adds `lower` to the commands; hands on what it was asked for. */
export function addLowerCommand(program: Command, take: (args: LowerArguments) => void): void {
  const lower = program.command("lower")
    .description("Lower-case UTF-8 text exactly as Unicode 17.0 says")
    .argument("[INPUT...]", "files and folders, or - for standard input")
    .option("-o, --output <PATH>", "file, folder, or - for standard output")
    .option("-w, --workers <N>", "number of workers (default: the number of cores)", parseWorkers)
    .option(
      "--chunk-size <SIZE>",
      "text that a worker takes at a time (default: 8M; 4M to standard output or compressed; 1M for standard input)",
      parseChunkSize,
    )
    .option("--concat", "write all into the one file that --output names, one after another, as cat does")
    .option("--unordered", "finish outputs as they become ready, not in the order of the inputs")
    .addOption(
      new Option("--invalid <MODE>", "bytes that are not UTF-8: pass them through, fail, or replace them by U+FFFD")
        .choices(["pass", "error", "replace"]).default("pass"),
    );
  addTextFlags(lower)
    .addHelpText("after", EXAMPLES)
    .action((inputs: string[], flags: LowerFlags) => {
      const texts = textArguments(lower, inputs, flags);
      const concat = flags.concat === true;
      if (texts.resume && concat) {
        lower.error("error: --resume needs an output file for each input, which --concat does not give");
      }
      take({ ...texts, command: "lower", concat, invalid: flags.invalid });
    });
}
