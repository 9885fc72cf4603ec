import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { type Finished, run } from "../contestants.ts";
import { benchFile, type RuntimeCommand, runtimes } from "../runtimes.ts";

/** One who lower-cases a file, or why it is not there. */
export interface Peer {
  readonly name: string;
  /** What its result is, where it is not the exact one. */
  readonly result?: string;
  start(input: string, output: string): Promise<Finished>;
}

/** A peer that this machine lacks. */
export interface AbsentPeer {
  readonly name: string;
  readonly reason: string;
}

function has(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** A shell command with the input as `$1` and the output as `$2`. */
function shell(name: string, script: string, result?: string): Peer {
  const start = (input: string, output: string): Promise<Finished> => run("sh", ["-c", script, "sh", input, output]);
  return result === undefined ? { name, start } : { name, result, start };
}

/** The package as it is installed, built now. */
function buildPackage(): string {
  const script = benchFile("../scripts/build_package.ts");
  const built = spawnSync(runtimes[0]!.command, [script], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`The package cannot be built: ${built.stderr}`);
  return benchFile("../dist/src/cli/main.js");
}

function rustStd(folder: string): Peer | AbsentPeer {
  const name = "Rust std, 2 threads";
  if (!has("cargo", "--version")) return { name, reason: "there is no cargo" };
  const target = join(folder, "rust");
  const manifest = benchFile("./text/rust_std/Cargo.toml");
  const built = spawnSync("cargo", ["build", "--quiet", "--release", "--offline", "--manifest-path", manifest], {
    env: { ...process.env, CARGO_TARGET_DIR: target },
    encoding: "utf8",
  });
  if (built.status !== 0) return { name, reason: `cargo failed: ${built.stderr.trim().split("\n").at(-1)}` };
  const program = join(target, "release", "rust_std");
  return { name, start: (input, output) => run(program, [input, output]) };
}

function python(): Peer | AbsentPeer {
  const name = "CPython Pool(2).imap";
  if (!has("python3", "--version")) return { name, reason: "there is no python3" };
  return { name, start: (input, output) => run("python3", [benchFile("./text/imap.py"), input, output]) };
}

function parallel(command: string, script: string, result?: string): Peer | AbsentPeer {
  const name = `GNU parallel + ${command}, 2 jobs`;
  if (!has("parallel", "--version")) return { name, reason: "there is no GNU parallel" };
  if (!has("sh", "-c", `command -v ${command}`)) return { name, reason: `there is no ${command}` };
  return shell(name, `parallel -k -j2 --block 16M --pipepart -a "$1" '${script}' > "$2"`, result);
}

/** All that lower-case a file, `cat` first; what needs building is built in `folder`. */
export function peers(folder: string): readonly (Peer | AbsentPeer)[] {
  const program = buildPackage();
  const ours = ({ name, command, args }: RuntimeCommand): Peer => ({
    name: `manyhands lower, ${name}`,
    start: (input, output) =>
      run(command, [...args, program, "lower", input, "--output", output, "--workers", "2", "--quiet"]),
  });
  const plain = ({ name, command, args }: RuntimeCommand): Peer => ({
    name: `plain pool, ${name}`,
    start: (input, output) => run(command, [...args, benchFile("./text/plain_pool.ts"), input, output]),
  });
  return [
    shell("cat", 'cat "$1" > "$2"', "a copy"),
    ...runtimes.map(ours),
    ...runtimes.map(plain),
    rustStd(folder),
    python(),
    shell("tr, 1 process", 'LC_ALL=C tr A-Z a-z < "$1" > "$2"', "ASCII only"),
    parallel("tr", "LC_ALL=C tr A-Z a-z", "ASCII only"),
    parallel("perl", "perl -CSD -pe '\\''$_=lc'\\''", "no final sigma"),
  ];
}
