import { closeSync, fsyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { digestOf } from "../frame/digest.ts";
import { type Finished, runProcess } from "../frame/run_process.ts";
import { benchFile, type RuntimeCommand } from "../frame/runtimes.ts";
import type { Contest, Measure, Section } from "../frame/section.ts";
import { type Peer, peers } from "../text/peers.ts";

const cat = "cat";
const own = "manyhands lower";
const corpus = benchFile("../examples/corpus");
/** How often in a round one who takes less than so many seconds runs; what took the least processor time counts. */
const [RUNS, SHORT_SECONDS] = [4, 2];

/** The texts that are measured: their name, and the parts of the corpus that they are made of. */
const texts: readonly (readonly [name: string, isPart: (path: string) => boolean])[] = [
  ["English", (path) => path.endsWith("english.txt")],
  ["Russian", (path) => path.endsWith("russian.txt")],
  [
    "English, Russian and Chinese",
    (path) => /(english|russian|chinese)\.txt$/.test(path),
  ],
  ["all of the corpus", () => true],
];

/** Files through the command, beside `cat` and what else lower-cases, from page cache to a file. */
export function lowerSection(
  runtimes: readonly RuntimeCommand[],
  mebibytes: number,
): Section {
  const folder = mkdtempSync(
    join(process.env["BENCH_DIR"] ?? tmpdir(), "manyhands-bench-"),
  );
  const all = peers(folder, runtimes);
  const present = all.filter((peer) => "start" in peer);
  return {
    name: "lower",
    title: `Lower-casing files of ${mebibytes} MiB with 2 workers`,
    measures: texts.flatMap(([text]): Measure[] => [
      {
        key: `cpu ${text}`,
        title: `CPU time, ${text}`,
        unit: "s",
        better: "less",
        baseline: cat,
        isPlotted: true,
      },
      {
        key: `wall ${text}`,
        title: `Wall time, ${text}`,
        unit: "s",
        better: "less",
        baseline: cat,
        isPlotted: true,
      },
      {
        key: `peak ${text}`,
        title: `Most memory held, ${text}`,
        unit: "MiB",
        better: "less",
      },
    ]),
    targets: texts.flatMap(([text]) => [
      {
        measure: `cpu ${text}`,
        contestant: own,
        against: cat,
        wanted: 1 / 2.5,
      },
      {
        measure: `wall ${text}`,
        contestant: own,
        against: "Rust std, 2 threads",
        wanted: 3,
      },
      {
        measure: `wall ${text}`,
        contestant: own,
        against: "CPython Pool(2).imap",
        wanted: 6,
      },
      { measure: `peak ${text}`, contestant: own, wanted: 200 },
    ]),
    contests: texts.flatMap(([text, isPart]) => contestsOf(text, isPart, present, folder, mebibytes * 2 ** 20)),
    absent: all.flatMap((peer) => {
      if ("reason" in peer) return [`${peer.name}: ${peer.reason}`];
      return peer.result === undefined ? [] : [`The result of ${peer.name} is not the exact one: ${peer.result}`];
    }),
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function contestsOf(
  text: string,
  isPart: (path: string) => boolean,
  present: readonly Peer[],
  folder: string,
  bytes: number,
): Contest[] {
  const output = join(folder, "output.txt");
  const checked = new Set<Peer>();
  let expected = "";
  return present.map((peer): Contest => ({
    column: peer.column,
    contestants: [peer.name],
    measures: [`cpu ${text}`, `wall ${text}`, `peak ${text}`],
    start: async (deadlineSeconds): Promise<Finished> => {
      const input = join(folder, "input.txt");
      const lowered = ensureFiles(folder, text, isPart, bytes);
      if (expected === "") expected = await digestOf(lowered);
      let finished = await startWarm(peer, input, output, deadlineSeconds);
      for (let run = 1; run < RUNS && isShort(finished); run++) {
        const again = await startWarm(peer, input, output, deadlineSeconds);
        if (again.failure !== undefined || again.cpuSeconds < finished.cpuSeconds) finished = again;
      }
      if (finished.failure !== undefined) return finished;
      if (peer.result === undefined && !checked.has(peer)) {
        if (await digestOf(output) !== expected) {
          return { ...finished, failure: "wrong output" };
        }
        checked.add(peer);
      }
      const figures = {
        [`cpu ${text}`]: finished.cpuSeconds,
        [`wall ${text}`]: finished.wallSeconds,
        [`peak ${text}`]: finished.peakMebibytes || null,
      };
      return { ...finished, stdout: JSON.stringify(figures) };
    },
  }));
}

/**
 * A virtual machine gives freed memory back to its host, and whoever needs it next pays for getting it again: an untimed
 * copy makes that of the output ready, and whoever is done soon runs again, as the host may be quicker.
 */
async function startWarm(peer: Peer, input: string, output: string, deadlineSeconds: number): Promise<Finished> {
  await runProcess("sh", ["-c", 'cat "$1" > "$2"', "sh", input, output], { deadlineSeconds });
  rmSync(output, { force: true });
  return await peer.start(input, output, deadlineSeconds);
}

function isShort({ failure, wallSeconds }: Finished): boolean {
  return failure === undefined && wallSeconds < SHORT_SECONDS;
}

/** The text whose files lie in each folder: one at a time, for want of room. */
const made = new Map<string, string>();

/**
 * Makes `input.txt`, of about so many bytes, from parts of the corpus over and over, where another text is there; and
 * the same in lower case by the runtime's own means, whose path it returns.
 */
function ensureFiles(
  folder: string,
  text: string,
  isPart: (path: string) => boolean,
  bytes: number,
): string {
  const lowered = join(folder, "expected.txt");
  if (made.get(folder) === text) return lowered;
  const parts = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isPart(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const encoder = new TextEncoder();
  const loweredParts = parts.map((part) => encoder.encode(decoder.decode(part).toLowerCase()));
  const files = [
    openSync(join(folder, "input.txt"), "w"),
    openSync(lowered, "w"),
  ] as const;
  for (let written = 0, at = 0; written < bytes; at = (at + 1) % parts.length) {
    written += writeSync(files[0], parts[at]!);
    writeSync(files[1], loweredParts[at]!);
  }
  for (const file of files) {
    // Or the system would bring them to the disk in the middle of a run.
    fsyncSync(file);
    closeSync(file);
  }
  made.set(folder, text);
  return lowered;
}
