import { type Command, InvalidArgumentError, Option } from "commander";
import type { RecordErrorMode, RecordForm } from "../text/record_form.ts";
import { parseChunkSize, parseRetries, parseTime, parseWorkers } from "./flag_values.ts";
import { addTextFlags, type TextArguments, textArguments, type TextFlags } from "./text_arguments.ts";

/** What `manyhands map` was asked for: checked as far as that needs no look at the system. */
export interface MapArguments extends TextArguments {
  readonly command: "map";
  /** Path or URL of the module with the function. */
  readonly module: string;
  /** Name under which the module exports it. */
  readonly export: string;
  readonly by: RecordForm;
  readonly header: boolean;
  readonly delimiter: string;
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly onError: RecordErrorMode;
  readonly errorsTo: string | undefined;
  readonly invalid: "error" | "replace";
  readonly concat: boolean;
}

interface MapFlags extends TextFlags {
  lines?: true;
  ndjson?: true;
  csv?: true;
  chunks?: true;
  header: boolean;
  delimiter: string;
  concurrency: number;
  retries: number;
  timeout?: number;
  onError: RecordErrorMode;
  errorsTo?: string;
  invalid: "error" | "replace";
  concat?: true;
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
    .option("--concat", "write all into the one file that --output names, one after another, as cat does")
    .option("--unordered", "write records as they become ready, not in the order of the input")
    .addOption(
      new Option("--invalid <MODE>", "a record that is no UTF-8: it fails, or U+FFFD stands for what is wrong")
        .choices(["error", "replace"]).default("error"),
    );
  addTextFlags(map)
    .addHelpText("after", EXAMPLES)
    .action((task: string | undefined, inputs: string[], flags: MapFlags) => {
      if (task === undefined || task === "" || task.startsWith("#")) {
        map.error("error: there is no function: expected the path of a module and #EXPORT, such as words.ts#count");
      }
      const texts = textArguments(map, inputs, flags);
      if (flags.onError === "file" && flags.output === "-" && flags.errorsTo === undefined) {
        map.error("error: --on-error file needs --errors-to PATH where the output is standard output");
      }
      if (flags.errorsTo !== undefined && flags.onError !== "file") {
        map.error("error: --errors-to needs --on-error file: without it no record is kept");
      }
      if (!flags.csv && (!flags.header || map.getOptionValueSource("delimiter") === "cli")) {
        map.error(`error: ${flags.header ? "--delimiter" : "--no-header"} needs --csv`);
      }
      if (flags.resume && flags.unordered) map.error("error: --resume needs the output in order, without --unordered");
      const concat = flags.concat === true;
      if (flags.resume && concat) {
        map.error("error: --resume needs an output file for each input, which --concat does not give");
      }
      const mark = task!.lastIndexOf("#");
      take({
        ...texts,
        command: "map",
        module: mark < 0 ? task! : task!.slice(0, mark),
        export: mark < 0 || mark === task!.length - 1 ? "default" : task!.slice(mark + 1),
        by: flags.ndjson ? "ndjson" : flags.csv ? "csv" : flags.chunks ? "chunks" : "lines",
        header: flags.header,
        delimiter: flags.delimiter,
        concurrency: flags.concurrency,
        retries: flags.retries,
        timeout: flags.timeout,
        onError: flags.onError,
        errorsTo: flags.errorsTo,
        invalid: flags.invalid,
        concat,
      });
    });
}
