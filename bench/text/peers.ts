import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { type Finished, runProcess } from "../frame/run_process.ts";
import { benchFile, type RuntimeCommand } from "../frame/runtimes.ts";
import type { Column } from "../frame/section.ts";

/** One who lower-cases a file, or why it is not there. */
export interface Peer {
  readonly name: string;
  readonly column: Column;
  /** What its result is, where it is not the exact one. */
  readonly result?: string;
  start(
    input: string,
    output: string,
    deadlineSeconds: number,
  ): Promise<Finished>;
}

/** A peer that this machine lacks. */
export interface AbsentPeer {
  readonly name: string;
  readonly reason: string;
}

/** The arguments after the script. */
type Line = (input: string, output: string) => readonly string[];

function has(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** A shell command with the input as `$1` and the output as `$2`. */
function shell(name: string, script: string, result?: string): Peer {
  const start: Peer["start"] = (input, output, deadlineSeconds) =>
    runProcess("sh", ["-c", script, "sh", input, output], { deadlineSeconds });
  return {
    name,
    column: "native",
    ...(result === undefined ? {} : { result }),
    start,
  };
}

function rustStd(folder: string): Peer | AbsentPeer {
  const name = "Rust std, 2 threads";
  if (!has("cargo", "--version")) return { name, reason: "there is no cargo" };
  const target = join(folder, "rust");
  const manifest = benchFile("text/rust_std/Cargo.toml");
  const built = spawnSync("cargo", [
    "build",
    "--quiet",
    "--release",
    "--offline",
    "--manifest-path",
    manifest,
  ], {
    env: { ...process.env, CARGO_TARGET_DIR: target },
    encoding: "utf8",
  });
  if (built.status !== 0) {
    return {
      name,
      reason: `cargo failed: ${built.stderr.trim().split("\n").at(-1)}`,
    };
  }
  const program = join(target, "release", "rust_std");
  return {
    name,
    column: "native",
    start: (input, output, deadlineSeconds) => runProcess(program, [input, output], { deadlineSeconds }),
  };
}

function python(): Peer | AbsentPeer {
  const name = "CPython Pool(2).imap";
  if (!has("python3", "--version")) {
    return { name, reason: "there is no python3" };
  }
  const script = benchFile("text/imap.py");
  return {
    name,
    column: "native",
    start: (input, output, deadlineSeconds) => runProcess("python3", [script, input, output], { deadlineSeconds }),
  };
}

function parallel(
  command: string,
  script: string,
  result?: string,
): Peer | AbsentPeer {
  const name = `GNU parallel + ${command}, 2 jobs`;
  if (!has("parallel", "--version")) {
    return { name, reason: "there is no GNU parallel" };
  }
  if (!has("sh", "-c", `command -v ${command}`)) {
    return { name, reason: `there is no ${command}` };
  }
  return shell(
    name,
    `parallel -k -j2 --block 16M --pipepart -a "$1" '${script}' > "$2"`,
    result,
  );
}

/** All that lower-case a file, `cat` first; what needs building is built in `folder`. */
export function peers(
  folder: string,
  runtimes: readonly RuntimeCommand[],
): readonly (Peer | AbsentPeer)[] {
  const program = benchFile("../dist/src/cli/main.js");
  const script = (
    name: string,
    { name: column, command, args }: RuntimeCommand,
    file: string,
    line: Line,
  ): Peer => ({
    name,
    column,
    start: (input, output, deadlineSeconds) =>
      runProcess(command, [...args, file, ...line(input, output)], {
        deadlineSeconds,
      }),
  });
  const ours = (runtime: RuntimeCommand): Peer =>
    script(
      "manyhands lower",
      runtime,
      program,
      (
        input,
        output,
      ) => ["lower", input, "--output", output, "--workers", "2", "--quiet"],
    );
  const plain = (runtime: RuntimeCommand): Peer =>
    script(
      "plain pool",
      runtime,
      benchFile("text/plain_pool.ts"),
      (input, output) => [input, output],
    );
  return [
    shell("cat", 'cat "$1" > "$2"', "a copy"),
    // What is to be looked at has to be read and written: two copies.
    shell("dd", 'dd if="$1" of="$2" bs=128K status=none', "a copy"),
    ...runtimes.map(ours),
    ...runtimes.map(plain),
    rustStd(folder),
    python(),
    shell("tr, 1 process", 'LC_ALL=C tr A-Z a-z < "$1" > "$2"', "ASCII only"),
    parallel("tr", "LC_ALL=C tr A-Z a-z", "ASCII only"),
    parallel("perl", "perl -CSD -pe '\\''$_=lc'\\''", "no final sigma"),
  ];
}
