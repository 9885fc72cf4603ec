import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { lastWords } from "../frame/run_process.ts";
import { load } from "../frame/machine.ts";
import { benchFile, type RuntimeCommand } from "../frame/runtimes.ts";
import { treeUse } from "./process_tree.ts";

/** The state of the command at one time. */
export interface Sample {
  /** Seconds from its start. */
  readonly seconds: number;
  /** Bytes of text that it says are done. */
  readonly bytesIn: number;
  /** Memory that it holds. */
  readonly mebibytes: number;
  /** The most that it has held, as the kernel counts it, which sees also what lies between two samples. */
  readonly peakMebibytes: number;
  /** CPU time of all its threads. */
  readonly cpuSeconds: number;
  /** The machine's load of the last minute; the pipeline alone is about 3. */
  readonly load: number;
}

/** What came out at the end of the pipeline. */
export interface Outcome {
  readonly bytes: number;
  readonly expectedBytes: number;
  readonly sha256: string;
  readonly expectedSha256: string;
}

/** A run of the pipeline to its end. */
export interface PipelineRun {
  readonly samples: readonly Sample[];
  readonly wallSeconds: number;
  readonly outcome: Outcome;
}

const CPU_SAMPLE_MILLISECONDS = 100;
const SAMPLE_SECONDS = 1;

/** Starts `$4…` between the source and the sink by real pipes, and leaves its process number in the file `$3`. */
const SCRIPT = `
node=$0 folder=$1 source=$2 sink=$3 count=$4; shift 4
"$node" "$source" "$folder/block" "$count" |
  sh -c 'echo $$ > "$0.new"; mv "$0.new" "$0"; exec "$@"' "$folder/pid" "$@" |
  "$node" "$sink" "$folder/expected" "$count"`;

/**
 * Runs source | `manyhands lower` | sink on a runtime; `folder` has the files `block` and `expected`.
 *
 * @throws Error where a part fails or the output is not the expected one
 */
export async function runPipeline(
  runtime: RuntimeCommand,
  folder: string,
  count: number,
  onSample: (sample: Sample) => void,
): Promise<PipelineRun> {
  const command = [runtime.command, ...runtime.args, benchFile("../src/cli/main.ts")];
  const flags = ["lower", "-", "--output", "-", "--progress", "json", "--json"];
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const child = spawn("sh", [
    "-c",
    SCRIPT,
    process.execPath,
    folder,
    benchFile("500gb/source.ts"),
    benchFile("500gb/sink.ts"),
    `${count}`,
    ...command,
    ...flags,
  ], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let bytesIn = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = (stderr + text).split("\n");
    stderr = "";
    for (const line of lines.slice(0, -1)) {
      if (line.startsWith("{")) bytesIn = (JSON.parse(line) as { bytesIn: number }).bytesIn;
      else stderr = `${stderr}${line}\n`.slice(-10_000);
    }
    stderr += lines.at(-1)!;
  });
  const samples: Sample[] = [];
  let last: Sample | undefined;
  let pid: number | undefined;
  const look = (): void => {
    const file = join(folder, "pid");
    if (pid === undefined && existsSync(file)) pid = Number(readFileSync(file, "utf8"));
    const use = pid === undefined ? undefined : treeUse(pid);
    if (use === undefined) return;
    last = { seconds: seconds(), bytesIn, ...use, load: load() };
    if (last.seconds < samples.length * SAMPLE_SECONDS) return;
    samples.push(last);
    onSample(last);
  };
  const timer = setInterval(look, CPU_SAMPLE_MILLISECONDS);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  if (last === undefined) throw new Error(`The command was not seen at work: ${lastWords(stderr)}`);
  samples.push({ ...last, bytesIn });
  if (code !== 0 || stdout === "") throw new Error(`The pipeline ended with exit code ${code}: ${lastWords(stderr)}`);
  const outcome = JSON.parse(stdout) as Outcome;
  if (outcome.sha256 !== outcome.expectedSha256) {
    throw new Error(
      `The output is not the expected one: expected ${outcome.expectedBytes} bytes, SHA-256 ${outcome.expectedSha256}, ` +
        `found ${outcome.bytes} bytes, SHA-256 ${outcome.sha256}`,
    );
  }
  return { samples, wallSeconds: last.seconds, outcome };
}
