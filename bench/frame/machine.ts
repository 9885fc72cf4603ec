import { execFileSync } from "node:child_process";
import os from "node:os";
import type { Machine } from "./record.ts";

/** The machine that this runs on, as far as a reader of the figures wants to know it. */
export function machine(): Machine {
  const cpus = os.cpus();
  return {
    cores: cpus.length,
    model: cpus[0]?.model.trim() ?? "unknown",
    memoryGibibytes: Number((os.totalmem() / 2 ** 30).toFixed(1)),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** The last minute's mean of processes that want to run. */
export function load(): number {
  return Number(os.loadavg()[0]!.toFixed(2));
}

/** The first line of what a command says of its version; undefined where there is no such command. */
export function versionOf(
  command: string,
  args: readonly string[] = ["--version"],
): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).split("\n")[0]!.trim();
  } catch {
    return undefined;
  }
}

/** The commit of the folder, with `+` where something differs from it; `unknown` outside of a repository. */
export function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") +
      (git("status", "--porcelain", "-uno") === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}
