import { builtin } from "./builtin.ts";
import { process } from "./host_process.ts";

const fs = builtin<typeof import("node:fs")>("node:fs");
const os = builtin<typeof import("node:os")>("node:os");

/** What of its machine a program may use is told by. */
export interface CoreSources {
  /** Cores as the runtime counts them. */
  readonly available: number;
  /** `MANYHANDS_CPU_COUNT` of the environment. */
  readonly cap: string | undefined;
  /** Text of a file; undefined where it cannot be read. */
  read(path: string): string | undefined;
}

let quota: number | undefined;

/**
 * Cores that this program may use.
 *
 * @throws {RangeError} where `MANYHANDS_CPU_COUNT` is no whole number from 1 on
 */
export function usableCores(): number {
  // Quotas seldom change and take several files to read.
  quota ??= coresFrom({ available: os().availableParallelism(), cap: undefined, read: readText });
  return coresFrom({ available: quota, cap: readCap(), read: () => undefined });
}

/** Throws where `usableCores` would. */
export function assertCoreLimit(): void {
  capOf(readCap());
}

/** Undefined also where Deno does not let the program read it. */
function readCap(): string | undefined {
  try {
    return process.env["MANYHANDS_CPU_COUNT"];
  } catch {
    return undefined;
  }
}

/** The number of cores by what each source says; at least 1. */
export function coresFrom({ available, cap, read }: CoreSources): number {
  const affinity = countList(/^Cpus_allowed_list:\s*(\S+)/m.exec(read("/proc/self/status") ?? "")?.[1]);
  return Math.max(1, Math.min(available, affinity, Math.ceil(quotaOf(read)), capOf(cap)));
}

/** Length of a list such as `0-3,8`. */
function countList(list: string | undefined): number {
  if (list === undefined) return Infinity;
  let count = 0;
  for (const range of list.split(",")) {
    const [first, last = first] = range.split("-").map(Number) as [number, number?];
    count += last - first + 1;
  }
  return count > 0 ? count : Infinity;
}

function capOf(cap: string | undefined): number {
  if (cap === undefined || cap === "") return Infinity;
  if (/^[1-9]\d*$/.test(cap)) return Number(cap);
  throw new RangeError(`MANYHANDS_CPU_COUNT must be a whole number from 1 on, found ${cap}`);
}

/** The smallest quota of the control groups that hold this program, in cores. */
function quotaOf(read: CoreSources["read"]): number {
  let smallest = Infinity;
  for (const line of (read("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) continue;
    if (controllers !== "" && !controllers.split(",").includes("cpu")) continue;
    for (const group of withParents(path)) {
      smallest = Math.min(smallest, controllers === "" ? quotaOfV2(group, read) : quotaOfV1(group, read));
    }
  }
  return smallest;
}

/** `/a/b`, `/a` and the root, which inside a container is the container's own group. */
function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return [...parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`), ""];
}

function quotaOfV2(group: string, read: CoreSources["read"]): number {
  const [limit, period] = (read(`/sys/fs/cgroup${group}/cpu.max`) ?? "max").trim().split(" ");
  return quotient(limit, period);
}

function quotaOfV1(group: string, read: CoreSources["read"]): number {
  const folder = `/sys/fs/cgroup/cpu${group}`;
  return quotient(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`));
}

/** -1 and `max` stand for no limit. */
function quotient(limit: string | undefined, period: string | undefined): number {
  const cores = Number(limit) / Number(period);
  return cores > 0 && Number(period) > 0 ? cores : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return fs().readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
