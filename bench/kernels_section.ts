import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { median, run } from "./contestants.ts";
import { writeTexts } from "./kernels/texts.ts";
import { benchFile, type RuntimeCommand } from "./runtimes.ts";

/** What `kernels/rates.ts` prints, in GB/s. */
interface KernelRates {
  readonly lowercase: Record<string, Record<"copy" | "pass" | "error" | "replace" | "runtime", number>>;
  readonly double: Record<string, number>;
}

/** What `kernels/native.rs` prints, in GB/s. */
interface NativeRates {
  readonly lowercase: Record<string, number>;
  readonly double: { readonly cache: number; readonly memory: number };
}

/**
 * The kernels on one thread beside a copy, the runtime's own functions and Rust's; doubling in two workers too. Every
 * contestant in a process of its own, in turns.
 */
export async function kernelsSection(runtimes: RuntimeCommand[], rounds: number): Promise<void> {
  const folder = mkdtempSync(join(process.env["BENCH_DIR"] ?? tmpdir(), "manyhands-bench-"));
  try {
    const names = writeTexts(folder);
    const native = compileNative();
    const natives: NativeRates[] = [];
    const figures = new Map<string, KernelRates[]>(runtimes.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      if (native !== undefined) natives.push(JSON.parse((await run(native.program, [folder])).stdout) as NativeRates);
      for (const { name, command, args } of runtimes) {
        const { stdout } = await run(command, [...args, benchFile("./kernels/rates.ts"), folder]);
        figures.get(name)!.push(JSON.parse(stdout) as KernelRates);
      }
    }
    for (const [name, rates] of figures) {
      printLowercase(name, names, rates, natives, rounds);
      printDouble(name, rates, natives);
    }
    if (native === undefined) console.log("Rust's rates are missing: there is no rustc");
    else rmSync(native.folder, { recursive: true, force: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Rust program, compiled where there is a compiler. */
function compileNative(): { readonly folder: string; readonly program: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-bench-native-"));
  const program = join(folder, "native");
  const { status, error } = spawnSync("rustc", ["-C", "opt-level=3", benchFile("./kernels/native.rs"), "-o", program], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status === 0) return { folder, program };
  rmSync(folder, { recursive: true, force: true });
  if (error === undefined) throw new Error("bench/kernels/native.rs does not compile");
  return undefined;
}

/** A ratio of two contestants of one round each, over the rounds. */
function middleRatio<A, B>(above: A[], below: B[], over: (above: A, below: B) => number, digits = 1): string {
  return below.length === 0 ? "" : median(above.map((each, round) => over(each, below[round]!))).toFixed(digits);
}

function printLowercase(
  runtime: string,
  names: string[],
  rates: KernelRates[],
  natives: NativeRates[],
  rounds: number,
): void {
  console.log(
    `\nLower-casing on ${runtime}, one thread, GB/s of processor time (ratio to a copy), median of ${rounds} runs`,
  );
  console.table(Object.fromEntries(names.map((name) => {
    const of = (mode: "pass" | "error" | "replace"): string => {
      const middle = median(rates.map(({ lowercase }) => lowercase[name]![mode]));
      const ratio = median(rates.map(({ lowercase }) => lowercase[name]![mode] / lowercase[name]!.copy));
      return `${middle.toFixed(2)} (${ratio.toFixed(3)})`;
    };
    return [name, {
      "pass": of("pass"),
      // What is refused at its first byte has no rate.
      "error": name.startsWith("random") ? "" : of("error"),
      "replace": of("replace"),
      "x the runtime's": middleRatio(rates, rates, ({ lowercase }) => lowercase[name]!.pass / lowercase[name]!.runtime),
      "x Rust's": middleRatio(rates, natives, (ours, rust) => ours.lowercase[name]!.pass / rust.lowercase[name]!),
    }];
  })));
}

function printDouble(runtime: string, rates: KernelRates[], natives: NativeRates[]): void {
  console.log(
    `\nDoubling f64 in place on ${runtime}, GB/s: one thread by processor time, workers by the clock, best bursts`,
  );
  console.table(Object.fromEntries((["cache", "memory"] as const).map((place) => {
    const middle = (row: string): string => median(rates.map(({ double }) => double[`${place} ${row}`]!)).toFixed(1);
    const scaling = median(rates.map(({ double }) => double[`${place} 2 workers`]! / double[`${place} 1 worker`]!));
    return [place === "cache" ? "256 KiB, from the cache" : "64 MiB, from memory", {
      "thread": middle("thread"),
      "x Rust's": middleRatio(rates, natives, (ours, rust) => ours.double[`${place} thread`]! / rust.double[place], 2),
      "1 worker": middle("1 worker"),
      "2 workers": middle("2 workers"),
      "2 : 1": scaling.toFixed(2),
    }];
  })));
}
