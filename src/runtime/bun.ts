import process from "node:process";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./port.ts";

/** The adapter for Bun, which has all of Node's side that is needed here. */
export function bunRuntime(): Runtime {
  return { ...nodeRuntime(), name: "bun", version: process.versions["bun"] ?? "unknown" };
}
