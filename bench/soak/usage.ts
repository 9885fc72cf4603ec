import { readdirSync, readFileSync } from "node:fs";

/** What this process holds of the machine, as Linux counts. */
export interface Usage {
  readonly residentKib: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Processes that it has started and that are still there. */
  readonly children: number;
  readonly pids: readonly number[];
}

/** Throws where the system has no `/proc`. */
export function usage(): Usage {
  const status = readFileSync("/proc/self/status", "utf8");
  const pids = childPids();
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    residentKib: field("VmRSS"),
    descriptors: readdirSync("/proc/self/fd").length,
    threads: field("Threads"),
    children: pids.length,
    pids,
  };
}

function childPids(): number[] {
  const children: number[] = [];
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      children.push(
        ...readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
      );
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return children;
}
