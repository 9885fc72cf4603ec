/**
 * The `process` of Node, Deno and Bun. It is not imported, since an import of `node:process` reads every property of it, for
 * which Node makes the standard streams: 5 ms in each thread.
 */
export const process: typeof import("node:process") =
  (globalThis as unknown as { process: typeof import("node:process") }).process;
