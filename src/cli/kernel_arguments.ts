import { type Command, InvalidArgumentError, Option } from "commander";
import type { TextCut } from "../kernels/text_kernel.ts";
import { parseChunkSize, parseTime, parseWorkers } from "./flag_values.ts";
import { addTextFlags, type TextArguments, textArguments, type TextFlags } from "./text_arguments.ts";

/** What `manyhands kernel` was asked for: checked as far as that needs no look at the system. */
export interface KernelArguments extends TextArguments {
  readonly command: "kernel";
  /** Path of the WASM. */
  readonly module: string;
  /** Name of the function. */
  readonly export: string;
  readonly cut: TextCut;
  readonly growth: number;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly concat: boolean;
}

interface KernelFlags extends TextFlags {
  cut: TextCut;
  growth: number;
  timeout?: number;
  concat?: true;
}

const EXAMPLES = `
The function takes the offset and the length of a piece in a shared memory that the WASM imports, and works on it in
place; or offset and length of the piece and of free room, writes there, and returns how many bytes.

Examples:
  manyhands kernel text.wasm#rot13 corpus --output rotated --cut bytes
  manyhands kernel text.wasm#escape_html page.txt.gz --output page.html --growth 5
  manyhands kernel text.wasm#sort_words - --output - --cut lines --timeout 5s < in.txt > out.txt

Exit codes: 0 done, 1 some inputs failed (each is named) or a call took too long, 2 wrong usage, 130 stopped by Ctrl-C.`;

const MAX_GROWTH = 64;

function parseGrowth(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0 && value <= MAX_GROWTH) return value;
  throw new InvalidArgumentError(`Expected a number above 0 and up to ${MAX_GROWTH}.`);
}

/** Adds `kernel` to the commands; hands on what it was asked for. */
export function addKernelCommand(program: Command, take: (args: KernelArguments) => void): void {
  const kernel = program.command("kernel")
    .description("Run a WASM function of your own over texts or bytes")
    .argument("[FILE#EXPORT]", "the path of the WASM and the name of its function")
    .argument("[INPUT...]", "files and folders, or - for standard input")
    .option("-o, --output <PATH>", "file, folder, or - for standard output")
    .addOption(
      new Option("--cut <WHERE>", "where pieces start and end: anywhere, between characters, or after line feeds")
        .choices(["bytes", "characters", "lines"]).default("characters"),
    )
    .option("--growth <N>", "bytes of output at most for each byte of input", parseGrowth, 1)
    .option("--timeout <TIME>", "time that one call may take, such as 500ms or 30s (default: 1m)", parseTime)
    .option("-w, --workers <N>", "number of workers (default: the number of cores)", parseWorkers)
    .option(
      "--chunk-size <SIZE>",
      "text that a worker takes at a time, and the longest line (default: 4M or less; 1M for standard input)",
      parseChunkSize,
    )
    .option("--concat", "write all into the one file that --output names, one after another, as cat does")
    .option("--unordered", "finish outputs as they become ready, not in the order of the inputs");
  addTextFlags(kernel)
    .addHelpText("after", EXAMPLES)
    .action((named: string | undefined, inputs: string[], flags: KernelFlags) => {
      const mark = named?.lastIndexOf("#") ?? -1;
      if (mark < 1 || mark === named!.length - 1) {
        kernel.error(
          "error: there is no kernel: expected the path of a WASM and #EXPORT, such as text.wasm#rot13",
        );
      }
      const texts = textArguments(kernel, inputs, flags);
      const concat = flags.concat === true;
      if (texts.resume && concat) {
        kernel.error("error: --resume needs an output file for each input, which --concat does not give");
      }
      take({
        ...texts,
        command: "kernel",
        module: named!.slice(0, mark),
        export: named!.slice(mark + 1),
        cut: flags.cut,
        growth: flags.growth,
        timeout: flags.timeout,
        concat,
      });
    });
}
