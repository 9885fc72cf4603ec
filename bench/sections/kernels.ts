import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runProcess } from "../frame/run_process.ts";
import { benchFile, type RuntimeCommand } from "../frame/runtimes.ts";
import type { Contest, Measure, Section, Target } from "../frame/section.ts";
import { writeTexts } from "../kernels/texts.ts";

type Rates = Readonly<{ [name: string]: number }>;

/** What `kernels/rates.ts` prints, in GB/s. */
interface KernelRates {
  readonly lowercase: Readonly<{ [text: string]: Rates }>;
  readonly double: Rates;
}

/** What `kernels/native.rs` prints, in GB/s. */
interface NativeRates {
  readonly lowercase: Rates;
  readonly double: { readonly cache: number; readonly memory: number };
}

const copy = "copy";
const rust = "Rust std";
const own = "kernels.lowercase";
const double = "kernels.double";

/** Names of the rates of lower-casing, and who they stand for. */
const modes: Readonly<{ [mode: string]: string }> = {
  copy,
  pass: own,
  error: `${own}, invalid: "error"`,
  replace: `${own}, invalid: "replace"`,
  runtime: "decode, toLowerCase, encode",
};

const doubles: readonly (readonly [place: string, title: string])[] = [
  ["cache", "256 KiB, from the cache"],
  ["memory", "64 MiB, from memory"],
];
/** Names of the rates of doubling after the place, and who they stand for. */
const doublers: Readonly<{ [row: string]: string }> = {
  "thread": double,
  "1 worker": `${double}, 1 worker`,
  "2 workers": `${double}, 2 workers`,
};

/** Parts of a copy's rate that lower-casing wants to reach. */
const wanted: Rates = {
  English: 0.75,
  Russian: 0.15,
  Chinese: 0.08,
  Greek: 0.08,
  German: 0.08,
  Czech: 0.08,
  Turkish: 0.08,
  Vietnamese: 0.08,
};

/** Texts that no writer writes, which are to cost no more than four times what they cost Rust. */
const adversarial = [
  "all Σ",
  "all İ",
  "polytonic",
  "scripts by turns",
  "random bytes",
  "random leads",
];

/** The kernels on one thread beside a copy, the runtime's own functions and Rust's; doubling in two workers too. */
export function kernelsSection(runtimes: readonly RuntimeCommand[]): Section {
  const folder = mkdtempSync(
    join(process.env["BENCH_DIR"] ?? tmpdir(), "manyhands-bench-"),
  );
  const texts = writeTexts(folder);
  const program = compileNative();
  const measures: Measure[] = [
    ...texts.map((key): Measure => (
      {
        key,
        title: `lowercase, ${key}`,
        unit: "GB/s",
        better: "more",
        baseline: copy,
        isPlotted: key in wanted,
      }
    )),
    ...doubles.map(([key, place]): Measure => (
      {
        key,
        title: `double of f64, ${place}`,
        unit: "GB/s",
        better: "more",
        baseline: `${double}, 1 worker`,
        isPlotted: true,
      }
    )),
  ];
  return {
    name: "kernels",
    title: "Kernels: lower-casing on one thread, and doubling",
    measures,
    targets: targetsOf(texts, program !== undefined),
    contests: [
      ...runtimes.map((runtime) => kernelContest(runtime, folder, texts)),
      ...(program === undefined ? [] : [nativeContest(program, folder, texts)]),
    ],
    absent: program === undefined ? [`${rust}: there is no rustc`] : [],
    cleanUp: () => {
      rmSync(folder, { recursive: true, force: true });
      if (program !== undefined) {
        rmSync(join(program, ".."), { recursive: true, force: true });
      }
    },
  };
}

function targetsOf(texts: readonly string[], hasRust: boolean): Target[] {
  const has = (text: string): boolean => texts.includes(text);
  return [
    ...Object.keys(wanted).filter(has).map((measure) => (
      { measure, contestant: own, against: copy, wanted: wanted[measure]! }
    )),
    ...(has("Russian")
      ? [{
        measure: "Russian",
        contestant: own,
        against: modes["runtime"]!,
        wanted: 10,
      }]
      : []),
    ...(has("Russian") && hasRust ? [{ measure: "Russian", contestant: own, against: rust, wanted: 8 }] : []),
    ...(hasRust
      ? adversarial.filter(has).map((measure) => ({
        measure,
        contestant: own,
        against: rust,
        wanted: 0.25,
      }))
      : []),
    {
      measure: "cache",
      contestant: doublers["2 workers"]!,
      against: doublers["1 worker"]!,
      wanted: 1.6,
    },
    ...(hasRust ? [{ measure: "cache", contestant: double, against: rust, wanted: 0.9 }] : []),
  ];
}

function kernelContest(
  { name, command, args }: RuntimeCommand,
  folder: string,
  texts: readonly string[],
): Contest {
  return {
    column: name,
    contestants: [...Object.values(modes), ...Object.values(doublers)],
    measures: [...texts, ...doubles.map(([place]) => place)],
    start: async (deadlineSeconds) => {
      const finished = await runProcess(command, [
        ...args,
        benchFile("kernels/rates.ts"),
        folder,
      ], { deadlineSeconds });
      if (finished.failure !== undefined) return finished;
      const rates = JSON.parse(finished.stdout) as KernelRates;
      const none = Object.fromEntries(
        [...texts, ...doubles.map(([place]) => place)].map((
          key,
        ) => [key, null]),
      );
      const lowercase = Object.entries(modes).map((
        [mode, contestant],
      ) => [contestant, {
        ...none,
        ...Object.fromEntries(
          texts.map((text) => [text, lowercaseRate(rates, text, mode)]),
        ),
      }]);
      const doubling = Object.entries(doublers).map((
        [row, contestant],
      ) => [contestant, {
        ...none,
        ...Object.fromEntries(
          doubles.map(([place]) => [place, rates.double[`${place} ${row}`]]),
        ),
      }]);
      return {
        ...finished,
        stdout: JSON.stringify(Object.fromEntries([...lowercase, ...doubling])),
      };
    },
  };
}

/** What is refused at its first byte has no rate. */
function lowercaseRate(
  { lowercase }: KernelRates,
  text: string,
  mode: string,
): number | null {
  return mode === "error" && text.startsWith("random") ? null : lowercase[text]![mode]!;
}

function nativeContest(
  program: string,
  folder: string,
  texts: readonly string[],
): Contest {
  return {
    column: "native",
    contestants: [rust],
    measures: [...texts, ...doubles.map(([place]) => place)],
    start: async (deadlineSeconds) => {
      const finished = await runProcess(program, [folder], { deadlineSeconds });
      if (finished.failure !== undefined) return finished;
      const { lowercase, double } = JSON.parse(finished.stdout) as NativeRates;
      return {
        ...finished,
        stdout: JSON.stringify({ ...lowercase, ...double }),
      };
    },
  };
}

/** The Rust program in a folder of its own, compiled where there is a compiler. */
function compileNative(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-bench-native-"));
  const program = join(folder, "native");
  const { status, error } = spawnSync("rustc", [
    "-C",
    "opt-level=3",
    benchFile("kernels/native.rs"),
    "-o",
    program,
  ], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status === 0) return program;
  rmSync(folder, { recursive: true, force: true });
  if (error === undefined) {
    throw new Error("bench/kernels/native.rs does not compile");
  }
  return undefined;
}
