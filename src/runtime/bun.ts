import process from "node:process";
import { startChildProcess } from "./child_process.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./port.ts";

/** The adapter for Bun, which has all of Node's side that is needed here. */
export function bunRuntime(): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("bun", url);
  return { ...nodeRuntime(), name: "bun", version: process.versions["bun"] ?? "unknown", startChild };
}
