import { type Command, InvalidArgumentError, Option } from "commander";
import type { CompressionChoice } from "../text/compression.ts";
import type { RecordErrorMode, RecordForm } from "../text/record_form.ts";
import { FORMS, parseChunkSize, parseRetries, parseTime, parseWorkers, PROGRESS_FORMS } from "./flag_values.ts";
import type { ProgressForm } from "./progress_form.ts";

/** What `manyhands map` was asked for: checked as far as that needs no look at the system. */
export interface MapArguments {
  readonly command: "map";
  /** Path or URL of the module with the function. */
  readonly module: string;
  /** Name under which the module exports it. */
  readonly export: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly by: RecordForm;
  readonly header: boolean;
  readonly delimiter: string;
  readonly workers: number | undefined;
  readonly chunkBytes: number | undefined;
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly onError: RecordErrorMode;
  readonly errorsTo: string | undefined;
  readonly ordered: boolean;
  readonly resume: boolean;
  readonly invalid: "error" | "replace";
  readonly decompress: CompressionChoice;
  readonly compress: CompressionChoice;
  readonly progress: ProgressForm;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

interface MapFlags {
  output?: string;
  lines?: true;
  ndjson?: true;
  csv?: true;
  chunks?: true;
  header: boolean;
  delimiter: string;
  workers?: number;
  chunkSize?: number;
  concurrency: number;
  retries: number;
  timeout?: number;
  onError: RecordErrorMode;
  errorsTo?: string;
  unordered?: true;
  resume?: true;
  invalid: "error" | "replace";
  decompress: CompressionChoice;
  compress: CompressionChoice;
  progress: ProgressForm;
  verbose?: true;
  quiet?: true;
  json?: true;
}

const EXAMPLES = `
The function gets a line, what a line of JSON holds, a row of CSV as an object, or a chunk of text. What it gives is
written so: a string as a line, undefined not at all, bytes as they are, each item of an array by itself, all else as a
line of JSON.

Examples:
  manyhands map words.ts#count corpus --output counts --chunks
  manyhands map ./people.js people.ndjson.gz -o names.txt --ndjson --on-error file
  manyhands map clean.ts#row - -o - --csv --timeout 5s < in.csv > out.ndjson
  manyhands map clean.ts huge.ndjson -o out --ndjson --resume

Exit codes: 0 done, 1 inputs or records failed (each is named or kept), 2 wrong usage, 130 stopped by Ctrl-C.`;

function parseDelimiter(text: string): string {
  const delimiter = text === "\\t" ? "\t" : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new InvalidArgumentError("Expected one character, such as ; or \\t.");
}

/** Adds `map` to the commands; hands on what it was asked for. */
export function addMapCommand(program: Command, take: (args: MapArguments) => void): void {
  const map = program.command("map")
    .description("Call a function of yours for each line, JSON line, CSV row or chunk of text")
    .argument("[MODULE#EXPORT]", "path of a module and the name of a function that it exports (default: default)")
    .argument("[INPUT...]", "files and folders, or - for standard input")
    .option("-o, --output <PATH>", "file, folder, or - for standard output")
    .addOption(new Option("--lines", "a record is a line (default)").conflicts(["ndjson", "csv", "chunks"]))
    .addOption(new Option("--ndjson", "a record is what a line of JSON holds").conflicts(["lines", "csv", "chunks"]))
    .addOption(new Option("--csv", "a record is a row, as an object").conflicts(["lines", "ndjson", "chunks"]))
    .addOption(new Option("--chunks", "a record is a chunk of whole lines").conflicts(["lines", "ndjson", "csv"]))
    .option("--no-header", "CSV has no header: rows are arrays")
    .option("--delimiter <CHAR>", "what separates the fields of CSV", parseDelimiter, ",")
    .option("-w, --workers <N>", "number of workers (default: the number of cores)", parseWorkers)
    .option(
      "--chunk-size <SIZE>",
      "text that a worker takes at a time (default: 128K; 1M for --chunks)",
      parseChunkSize,
    )
    .option("--concurrency <N>", "calls of an async function at a time in each worker", parseWorkers, 1)
    .option("--retries <N>", "tries more for a record that fails", parseRetries, 0)
    .option("--timeout <TIME>", "time that a call may take, such as 500ms, 30s or 5m", parseTime)
    .addOption(
      new Option("--on-error <MODE>", "a record that fails: stop the run, skip it, or skip it and keep it in a file")
        .choices(["stop", "skip", "file"]).default("stop"),
    )
    .option("--errors-to <PATH>", "the file of failed records (default: the output's name and .errors.ndjson)")
    .option("--unordered", "write records as they become ready, not in the order of the input")
    .option("--resume", "go on where such a run was ended, by whatever; begin one where there was none")
    .addOption(
      new Option("--invalid <MODE>", "a record that is no UTF-8: it fails, or U+FFFD stands for what is wrong")
        .choices(["error", "replace"]).default("error"),
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
    .addOption(
      new Option("--progress <FORM>", "a bar, a line every five seconds, JSON events, none; auto: a bar on a terminal")
        .choices(PROGRESS_FORMS).default("auto"),
    )
    .option("-v, --verbose", "show what each worker does")
    .option("-q, --quiet", "no progress and no report; failures are still named")
    .option("--json", "print the final report as JSON")
    .addHelpText("after", EXAMPLES)
    .action((task: string | undefined, inputs: string[], flags: MapFlags) => {
      if (task === undefined || task === "" || task.startsWith("#")) {
        map.error("error: there is no function: expected the path of a module and #EXPORT, such as words.ts#count");
      }
      if (inputs.length === 0) {
        map.error("error: there is no input: expected paths of files or folders, or - for standard input");
      }
      if (inputs.includes("")) map.error("error: an input is empty: expected a path, or - for standard input");
      if (flags.output === undefined || flags.output === "") {
        map.error("error: there is no output: expected --output PATH, or --output - for standard output");
      }
      if (flags.onError === "file" && flags.output === "-" && flags.errorsTo === undefined) {
        map.error("error: --on-error file needs --errors-to PATH where the output is standard output");
      }
      if (flags.resume && (inputs.includes("-") || flags.output === "-")) {
        map.error("error: --resume needs files: standard input and output can be gone through only once");
      }
      if (flags.resume && flags.unordered) map.error("error: --resume needs the output in order, without --unordered");
      const mark = task!.lastIndexOf("#");
      take({
        command: "map",
        module: mark < 0 ? task! : task!.slice(0, mark),
        export: mark < 0 || mark === task!.length - 1 ? "default" : task!.slice(mark + 1),
        inputs,
        output: flags.output!,
        by: flags.ndjson ? "ndjson" : flags.csv ? "csv" : flags.chunks ? "chunks" : "lines",
        header: flags.header,
        delimiter: flags.delimiter,
        workers: flags.workers,
        chunkBytes: flags.chunkSize,
        concurrency: flags.concurrency,
        retries: flags.retries,
        timeout: flags.timeout,
        onError: flags.onError,
        errorsTo: flags.errorsTo,
        ordered: flags.unordered !== true,
        resume: flags.resume === true,
        invalid: flags.invalid,
        decompress: flags.decompress,
        compress: flags.compress,
        progress: flags.progress,
        verbose: flags.verbose === true,
        quiet: flags.quiet === true,
        json: flags.json === true,
      });
    });
}
