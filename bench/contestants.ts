import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** A finished process: what it printed and what it took. */
export interface Finished {
  readonly stdout: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
}

/** Clock ticks a second of `/proc/PID/stat`. */
const TICKS = 100;

/** CPU seconds of the children of this process that have ended. */
function childrenCpuSeconds(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

function peakMebibytes(pid: number): number {
  try {
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? 0 : Number(match[1]) / 1024;
  } catch {
    return 0;
  }
}

/** Runs a command to its end. Throws where it fails: a failed run is no figure. */
export function run(command: string, args: string[]): Promise<Finished> {
  const cpuBefore = childrenCpuSeconds();
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let peak = 0;
  child.stdout.on("data", (data) => stdout += data);
  child.stderr.on("data", (data) => stderr += data);
  const sampler = setInterval(() => peak = Math.max(peak, peakMebibytes(child.pid!)), 10);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(sampler);
      if (code !== 0) {
        return reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${stderr.slice(-500)}`));
      }
      const wallSeconds = (performance.now() - begun) / 1000;
      resolve({ stdout, wallSeconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, peakMebibytes: peak });
    });
  });
}

/** The middle of the values. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
