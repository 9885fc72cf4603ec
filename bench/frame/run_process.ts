import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { userEnvironment } from "./user_environment.ts";

/** A process that has ended: what it printed and what it took. */
export interface Finished {
  readonly stdout: string;
  readonly wallSeconds: number;
  /** CPU time of the process and of those of its children for which it waited; NaN where the system doesn't tell. */
  readonly cpuSeconds: number;
  /** The most memory that it held at a time; 0 where the system doesn't tell. */
  readonly peakMebibytes: number;
  /** Why it is no success. */
  readonly failure?: string;
}

export interface ProcessOptions {
  readonly deadlineSeconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Clock ticks a second of `/proc/PID/stat`. */
const TICKS = 100;
const SAMPLE_MILLISECONDS = 10;
const projectUrl = new URL("../../", import.meta.url).href;
/** As much of the end of what a process wrote to standard error as a table can bear. */
const ERROR_CHARACTERS = 300;

/** Runs a command to its end, or to the deadline, when it is killed with its children. Never rejects. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<Finished> {
  const cpuBefore = childrenCpuSeconds();
  const begun = performance.now();
  // A group of its own, so that the deadline ends its children too.
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...userEnvironment(), ...options.env },
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  let peak = 0;
  let isLate = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on(
    "data",
    (text: string) => stderr = (stderr + text).slice(-10_000),
  );
  const sampler = setInterval(
    () => peak = Math.max(peak, peakMebibytes(child.pid)),
    SAMPLE_MILLISECONDS,
  );
  const deadline = setTimeout(() => {
    isLate = true;
    killGroup(child.pid);
  }, options.deadlineSeconds * 1000);
  return new Promise((resolve) => {
    const finish = (failure: string | undefined): void => {
      clearInterval(sampler);
      clearTimeout(deadline);
      resolve({
        stdout,
        wallSeconds: (performance.now() - begun) / 1000,
        cpuSeconds: childrenCpuSeconds() - cpuBefore,
        peakMebibytes: peak,
        ...(failure === undefined ? {} : { failure }),
      });
    };
    child.on(
      "error",
      (error) => finish(`could not be started: ${error.message}`),
    );
    child.on("close", (code, signal) => {
      // What it started and left behind would disturb those that come next.
      killGroup(child.pid);
      if (isLate) finish(`not done within ${options.deadlineSeconds} s`);
      else if (code === 0) finish(undefined);
      else {finish(
          `ended with ${signal ?? `exit code ${code}`}: ${lastWords(stderr)}`,
        );}
    });
  });
}

/** The line of an error report that says most: the message, not the stack; without colours, its paths as in the project. */
export function lastWords(stderr: string): string {
  const plain = stripVTControlCharacters(stderr).replaceAll(projectUrl, "").replaceAll(fileURLToPath(projectUrl), "");
  const lines = plain.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const message = lines.findLast((line) => /^(?:error: )?(?:Uncaught )?.*(?:Error|Exception)\b.*: /.test(line));
  return (message ?? lines.at(-1) ?? "no message").slice(0, ERROR_CHARACTERS);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has no members any more.
  }
}

/** CPU seconds of the children of this process that have ended. */
function childrenCpuSeconds(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) / TICKS;
  } catch {
    return NaN;
  }
}

function peakMebibytes(pid: number | undefined): number {
  try {
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(
      readFileSync(`/proc/${pid}/status`, "utf8"),
    );
    return match === null ? 0 : Number(match[1]) / 1024;
  } catch {
    return 0;
  }
}
