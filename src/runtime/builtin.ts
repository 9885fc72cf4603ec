import { createRequire } from "node:module";
import { process } from "./host_process.ts";

const get: (name: string) => unknown = process.getBuiltinModule ?? createRequire(import.meta.url);

/** A function that gives a module of the runtime's own, loaded when it is first asked for: each takes a thread time. */
export function builtin<T>(name: string): () => T {
  let module: T | undefined;
  return () => module ??= get(name) as T;
}
