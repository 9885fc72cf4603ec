import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** Milliseconds that the system has to take away what has ended. */
const PATIENCE_MS = 5000;

/** Whether the system tells of processes and threads by files. */
const tells = existsSync("/proc/self/task");

/** Threads of this program; 0 where the system does not tell. */
export function threadCount(): number {
  return tells ? readdirSync("/proc/self/task").length : 0;
}

/** Processes that this one has started and that run. */
export function childProcesses(): number {
  if (!tells) return 0;
  let count = 0;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [state, parent] = readFileSync(`/proc/${entry}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      if (Number(parent) === process.pid && state !== "Z") count++;
    } catch {
      // It has just ended.
    }
  }
  return count;
}

/** What `count` counts, once that is none or time is up. */
export async function untilNone(count: () => number): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  while (count() > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return count();
}
