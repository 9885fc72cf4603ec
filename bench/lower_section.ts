import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { closeSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, median, run } from "./contestants.ts";
import { benchFile, type RuntimeCommand, runtimes } from "./runtimes.ts";

const corpus = benchFile("../examples/corpus");

/** A file of about `bytes` made of the corpus over and over. */
function makeInput(path: string, bytes: number): void {
  const texts = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const file = openSync(path, "w");
  for (let written = 0, i = 0; written < bytes; i++) written += writeSync(file, texts[i % texts.length]!);
  closeSync(file);
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Uint8Array);
  return hash.digest("hex");
}

interface Entry {
  readonly name: string;
  start(input: string, output: string): Promise<Finished>;
}

function entries(): Entry[] {
  const plain = ({ name, command, args }: RuntimeCommand): Entry => ({
    name: `plain pool, ${name}`,
    start: (input, output) => run(command, [...args, benchFile("./text/plain_pool.ts"), input, output]),
  });
  const ours = ({ name, command, args }: RuntimeCommand): Entry => ({
    name: `manyhands lower, ${name}`,
    start: (input, output) =>
      run(command, [
        ...args,
        benchFile("../src/cli/main.ts"),
        "lower",
        input,
        "--output",
        output,
        "--workers",
        "2",
        "--quiet",
      ]),
  });
  const cat: Entry = {
    name: "cat",
    start: (input, output) => run("sh", ["-c", 'cat "$1" > "$2"', "sh", input, output]),
  };
  return [cat, ...runtimes.flatMap((runtime) => [plain(runtime), ours(runtime)])];
}

/** One file through the command, beside `cat` and a plain worker pool on the same runtime, from page cache to a file. */
export async function lowerSection(mebibytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "manyhands-bench-"));
  try {
    const input = join(folder, "input.txt");
    makeInput(input, mebibytes * 2 ** 20);
    const figures = new Map<string, Finished[]>();
    const digests = new Map<string, string>();
    for (let round = 0; round < rounds; round++) {
      for (const { name, start } of entries()) {
        const output = join(folder, "output.txt");
        rmSync(output, { force: true });
        const finished = await start(input, output);
        figures.set(name, [...figures.get(name) ?? [], finished]);
        if (round === 0) digests.set(name, await digest(output));
      }
    }
    printLower(figures, digests, statSync(input).size, rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printLower(
  figures: Map<string, Finished[]>,
  digests: Map<string, string>,
  bytes: number,
  rounds: number,
): void {
  const middle = (name: string, key: "wallSeconds" | "cpuSeconds" | "peakMebibytes"): number =>
    median(figures.get(name)!.map((each) => each[key]));
  console.log(`\nLower-casing a file of ${(bytes / 2 ** 20).toFixed(0)} MiB with 2 workers, median of ${rounds} runs`);
  console.table(Object.fromEntries([...figures.keys()].map((name) => {
    const plain = name.replace("manyhands lower", "plain pool");
    return [name, {
      "wall s": middle(name, "wallSeconds").toFixed(2),
      "CPU s": middle(name, "cpuSeconds").toFixed(2),
      "CPU / cat": (middle(name, "cpuSeconds") / middle("cat", "cpuSeconds")).toFixed(1),
      "plain pool's wall / wall": plain === name
        ? ""
        : (middle(plain, "wallSeconds") / middle(name, "wallSeconds")).toFixed(1),
      "peak MiB": middle(name, "peakMebibytes").toFixed(0),
      "SHA-256": digests.get(name)!.slice(0, 8),
    }];
  })));
}
