import { readFileSync } from "node:fs";

/** Clock ticks a second of `/proc/PID/stat`. */
const TICKS = 100;

/** What a process and all that it started hold and have used. */
export interface TreeUse {
  /** Memory held now. */
  readonly mebibytes: number;
  /** The sum of the most that each held at any time, as the kernel counts it. */
  readonly peakMebibytes: number;
  /** CPU time of all threads. */
  readonly cpuSeconds: number;
}

/** What the process `pid` and its descendants hold and have used; undefined once it has ended. */
export function treeUse(pid: number): TreeUse | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const held = mebibytesOf(status, "VmRSS");
    if (held === undefined) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    let mebibytes = held;
    let peakMebibytes = mebibytesOf(status, "VmHWM") ?? held;
    let cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean)) {
      const use = treeUse(Number(child));
      mebibytes += use?.mebibytes ?? 0;
      peakMebibytes += use?.peakMebibytes ?? 0;
      cpuSeconds += use?.cpuSeconds ?? 0;
    }
    return { mebibytes, peakMebibytes, cpuSeconds };
  } catch {
    return undefined;
  }
}

function mebibytesOf(status: string, field: string): number | undefined {
  const match = new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status);
  return match === null ? undefined : Number(match[1]) / 1024;
}
