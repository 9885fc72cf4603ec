/** The module that a thread runs. Each branch is a literal, so that bundlers and registries find it. */
export function workerUrl(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("../worker_main.ts", import.meta.url)
    : new URL("../worker_main.js", import.meta.url);
}
