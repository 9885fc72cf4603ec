/**
 * A lock that one run of a program holds and that its end, of whatever kind, gives up. No runtime but Deno has locks of
 * the system, so it is a file that names its holder.
 * @module
 */
import * as nodePath from "node:path";
import { builtin } from "./builtin.ts";
import { makeFolder } from "./files.ts";
import { process } from "./host_process.ts";

const fs = builtin<typeof import("node:fs")>("node:fs")();
const os = builtin<typeof import("node:os")>("node:os");

/** A lock that was taken. */
export interface RunLock {
  release(): void;
}

/** Who holds a lock. */
export interface LockHolder {
  /** Its lock file. */
  readonly path: string;
  readonly pid: number;
  /** Name of its machine. */
  readonly host: string;
  /** Whether it is known to run: of another machine's programs nothing is known. */
  readonly isKnown: boolean;
}

/**
 * Takes the lock of `path`, or says who holds it. Two that ask at the same time may both be told of the other, but never
 * does each get it: each first writes its own file, whose name nobody else has, and then looks for others. The file of
 * a program that is gone is removed, and no other can have been meant.
 */
export function takeRunLock(path: string): RunLock | LockHolder {
  const folder = nodePath.dirname(path);
  makeFolder(folder);
  const host = hostName();
  const prefix = `${nodePath.basename(path)}.${host}-`;
  const random = Math.floor(Math.random() * 0x100000000).toString(16);
  const own = `${prefix}${process.pid}-${startOf(process.pid)}-${random}.lock`;
  const ownPath = nodePath.join(folder, own);
  fs.closeSync(fs.openSync(ownPath, "wx"));
  const release = (): void => fs.rmSync(ownPath, { force: true });
  try {
    for (const name of fs.readdirSync(folder)) {
      const found = name === own ? undefined : lockName(name, nodePath.basename(path));
      if (found === undefined) continue;
      const other = nodePath.join(folder, name);
      const isKnown = found.host === host;
      if (isKnown && !isRunning(found.pid, found.start)) fs.rmSync(other, { force: true });
      else {
        release();
        return { path: other, pid: found.pid, host: found.host, isKnown };
      }
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

function lockName(name: string, base: string): { host: string; pid: number; start: string } | undefined {
  if (!name.startsWith(`${base}.`)) return undefined;
  const match = /^(.+)-(\d+)-(\d+)-[0-9a-f]+\.lock$/.exec(name.slice(base.length + 1));
  return match === null ? undefined : { host: match[1]!, pid: Number(match[2]), start: match[3]! };
}

function hostName(): string {
  return os().hostname().replace(/[^A-Za-z0-9.-]/g, "_").slice(0, 64) || "localhost";
}

function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const status = statusOf(pid);
  if (status === undefined || start === "0") return true;
  // The number may have gone to another program since. One that has ended keeps it until its parent asks, which some
  // parents never do.
  return status.start === start && !status.isEnded;
}

/** When a program was started, in a measure of the system's; `"0"` where it does not tell. */
function startOf(pid: number): string {
  return statusOf(pid)?.start ?? "0";
}

/** What Linux says of a program; undefined elsewhere. */
function statusOf(pid: number): { readonly start: string; readonly isEnded: boolean } | undefined {
  try {
    const status = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The fields after the name, which may have spaces, begin with the third.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    // Its first thread may have ended before the others.
    return { start: fields[19]!, isEnded: fields[0] === "Z" && Number(fields[17]) <= 1 };
  } catch {
    return undefined;
  }
}
