import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { closeSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Finished, median, run } from "./contestants.ts";
import { benchFile } from "./runtimes.ts";
import { type Peer, peers } from "./text/peers.ts";

const corpus = benchFile("../examples/corpus");

/** The texts that are measured: their name, and the parts of the corpus that they are made of. */
const texts: readonly (readonly [name: string, isPart: (path: string) => boolean])[] = [
  ["English", (path) => path.endsWith("english.txt")],
  ["Russian", (path) => path.endsWith("russian.txt")],
  ["English, Russian and Chinese", (path) => /(english|russian|chinese)\.txt$/.test(path)],
  ["all of the corpus", () => true],
];

/** A file of about `bytes` made of parts of the corpus over and over. */
function makeInput(path: string, bytes: number, isPart: (path: string) => boolean): void {
  const parts = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isPart(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const file = openSync(path, "w");
  for (let written = 0, i = 0; written < bytes; i++) written += writeSync(file, parts[i % parts.length]!);
  closeSync(file);
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Uint8Array);
  return hash.digest("hex");
}

/** Files through the command, beside `cat` and what else lower-cases, from page cache to a file. */
export async function lowerSection(mebibytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "manyhands-bench-"));
  try {
    const all = peers(folder);
    const present = all.filter((peer) => "start" in peer);
    for (const [name, isPart] of texts) {
      const input = join(folder, "input.txt");
      makeInput(input, mebibytes * 2 ** 20, isPart);
      const measured = await measure(present, input, join(folder, "output.txt"), rounds);
      console.log(
        `\nLower-casing ${(statSync(input).size / 2 ** 20).toFixed(0)} MiB of ${name} with 2 workers, ` +
          `of ${rounds} runs the one with the least CPU time`,
      );
      printLower(present, measured);
    }
    for (const peer of all) if ("reason" in peer) console.log(`left out: ${peer.name}: ${peer.reason}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly runs: Map<string, Finished[]>;
  readonly digests: Map<string, string>;
}

async function measure(present: readonly Peer[], input: string, output: string, rounds: number): Promise<Measured> {
  const runs = new Map<string, Finished[]>(present.map(({ name }) => [name, []]));
  const digests = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, start } of present) {
      // A virtual machine gives freed memory back to its host, and whoever needs it next would pay for getting it again.
      await run("sh", ["-c", 'cat "$1" > "$2"', "sh", input, output]);
      rmSync(output, { force: true });
      runs.get(name)!.push(await start(input, output));
      if (round === 0) digests.set(name, await digest(output));
    }
  }
  return { runs, digests };
}

function printLower(present: readonly Peer[], { runs, digests }: Measured): void {
  const best = (name: string): Finished => runs.get(name)!.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[0]!;
  const wall = (name: string): number => median(runs.get(name)!.map(({ wallSeconds }) => wallSeconds));
  const exact = digests.get("manyhands lower, node");
  const fastest = Math.min(...present.filter(({ name }) => name.startsWith("manyhands")).map(({ name }) => wall(name)));
  console.table(Object.fromEntries(present.map(({ name, result }) => {
    const { cpuSeconds } = best(name);
    return [name, {
      "CPU s": cpuSeconds.toFixed(2),
      "CPU / cat": (cpuSeconds / best("cat").cpuSeconds).toFixed(1),
      "wall s, median": wall(name).toFixed(2),
      "wall / manyhands": (wall(name) / fastest).toFixed(1),
      "peak MiB": Math.max(...runs.get(name)!.map(({ peakMebibytes }) => peakMebibytes)).toFixed(0),
      "result": digests.get(name) === exact ? "exact" : result ?? "WRONG",
    }];
  })));
}
