import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** Milliseconds that the system has to take away what has ended. */
const PATIENCE_MS = 15_000;

/** Whether the system tells of processes and threads by files. */
const tells = existsSync("/proc/self/task");

/** Threads of this program; 0 where the system does not tell. */
export function threadCount(): number {
  return tells ? readdirSync("/proc/self/task").length : 0;
}

/** What threads of workers are called: by their own names on Node and Bun, by a number on Deno. */
const WORKER_THREAD = /^(?:worker-|text-worker-|Pool-|Process-|[A-Za-z]+Manager)/;

/** Threads of this program that work for it. */
export function workerThreads(): string[] {
  return threadsOf(process.pid).filter((name) => WORKER_THREAD.test(name));
}

/** Processes that this one has started and that run. */
export function childProcesses(): number {
  return processes().filter(({ parent }) => parent === process.pid).length;
}

/** Processes of a program's group that run. */
export function groupOf(leader: number | undefined): number[] {
  return processes().filter(({ group }) => group === leader).map(({ pid }) => pid);
}

/** What the processes of a program's group do, by their threads. */
export function stateOfGroup(leader: number | undefined): string {
  return groupOf(leader).map((pid) => `process ${pid} with threads ${threadsOf(pid, true).join(", ")}`).join("; ");
}

function processes(): { readonly pid: number; readonly parent: number; readonly group: number }[] {
  if (!tells) return [];
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).flatMap((entry) => {
    try {
      const [state, parent, group] = readFileSync(`/proc/${entry}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      return state === "Z" ? [] : [{ pid: Number(entry), parent: Number(parent), group: Number(group) }];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

function threadsOf(pid: number, withState: boolean = false): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => nameOf(`/proc/${pid}/task/${thread}/stat`, withState));
  } catch {
    return [];
  }
}

function nameOf(path: string, withState: boolean): string[] {
  try {
    const [, name, state] = /\((.*)\) (\S)/s.exec(readFileSync(path, "utf8"))!;
    return [withState ? `${name} (${state})` : name!];
  } catch {
    return [];
  }
}

/** What `count` counts, once that is none or time is up. */
export async function untilNone(count: () => number): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  while (count() > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return count();
}
