import { freemem, totalmem } from "node:os";
import { threadForm } from "./worker_threads.ts";

/** Whether this runtime has one thing that the module builds on, and why not. */
export interface Capability {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
}

// Both are whole modules: one function that splats a byte over a v128, and one memory of one shared page.
const SIMD_MODULE = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
]);
const THREADS_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1]);

function probe(name: string, test: () => boolean, yes: string, no: string): Capability {
  try {
    const ok = test();
    return { name, ok, found: ok ? yes : no };
  } catch (error) {
    return { name, ok: false, found: `${no}: ${(error as Error).message}` };
  }
}

/** The kind of thread that this runtime starts for the modules of this package, from where they were loaded. */
function workerForm(): Capability {
  const url = new URL(import.meta.url);
  const entry = threadForm(url) === "direct"
    ? "started from its file"
    : `imported by ${url.protocol} from a data: module`;
  return { name: "worker form", ok: true, found: `node:worker_threads, ${entry}` };
}

/** What the running runtime has of what this module needs, by trying it. */
export function capabilities(): Capability[] {
  return [
    probe(
      "shared memory",
      () => new SharedArrayBuffer(8).byteLength === 8,
      "SharedArrayBuffer",
      "no SharedArrayBuffer, so workers cannot share memory",
    ),
    probe(
      "Atomics.waitAsync",
      () => typeof (Atomics as { waitAsync?: unknown }).waitAsync === "function",
      "present",
      "missing, a pool needs it to sleep without holding up the program",
    ),
    probe("WebAssembly SIMD", () => WebAssembly.validate(SIMD_MODULE), "128 bit", "not supported, the kernels need it"),
    probe(
      "WebAssembly threads",
      () => WebAssembly.validate(THREADS_MODULE),
      "shared memory and atomics",
      "not supported, the kernels need it",
    ),
    workerForm(),
  ];
}

/** Memory of the machine, in bytes. */
export function machineMemory(): { total: number; free: number } {
  return { total: totalmem(), free: freemem() };
}
