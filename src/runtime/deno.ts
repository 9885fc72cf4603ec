import { startChildProcess } from "./child_process.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./port.ts";

/** The part of `Deno` that is used here. */
interface DenoGlobal {
  readonly version: { readonly deno: string };
}

/** The adapter for Deno, which has all of Node's side that is needed here. */
export function denoRuntime(deno: DenoGlobal): Runtime {
  const startChild: Runtime["startChild"] = (url) => startChildProcess("deno", url);
  return { ...nodeRuntime(), name: "deno", version: deno.version.deno, startChild };
}
