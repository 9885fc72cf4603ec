import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";

/** Options of a test that looks at a process in `/proc`. */
export const proc: { readonly skip: string | false } = {
  skip: fs.existsSync("/proc/self/io") ? false : "there is no /proc to see the memory and the reading in",
};

/** A number of a file of the process in `/proc`. */
export function numberOf(child: ChildProcess, file: "status" | "io", field: string): number {
  const text = fs.readFileSync(`/proc/${child.pid}/${file}`, "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(text)![1]);
}
