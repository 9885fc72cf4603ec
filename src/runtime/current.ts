import { UnsupportedError } from "../core/errors.ts";
import { bunRuntime } from "./bun.ts";
import { denoRuntime } from "./deno.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./port.ts";

interface Globals {
  Deno?: { version?: { deno: string } };
  Bun?: { version?: string };
  process?: { versions?: { node?: string } };
}

function detect(): Runtime {
  const { Deno, Bun, process } = globalThis as Globals;
  if (Deno?.version !== undefined) return denoRuntime({ version: Deno.version });
  if (Bun?.version !== undefined) return bunRuntime();
  if (process?.versions?.node !== undefined) return nodeRuntime();
  throw new UnsupportedError("Cannot start: this runtime is none of Node, Deno and Bun");
}

/** The runtime that this program runs on. */
export const runtime: Runtime = detect();

/**
 * Whether this is the main program: false while a module is loaded or a task runs inside a worker. Put what starts
 * processes behind it. Python: `__name__ == "__main__"`.
 *
 * @example
 * ```ts
 * import { isMainProcess } from "@manyhands/manyhands";
 *
 * if (isMainProcess) console.log("started once");
 * ```
 */
export const isMainProcess: boolean = runtime.scope === undefined;
