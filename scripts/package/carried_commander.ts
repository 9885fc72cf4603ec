import { fileURLToPath } from "node:url";
import type { Plugin } from "rollup";

/** The package whose code is among this one's files, so that it is no dependency. */
export const CARRIED = "commander";

const commander = fileURLToPath(import.meta.resolve(CARRIED));
const modules = commander.slice(0, commander.lastIndexOf("/") + 1);
const deferred = new Set(["node:child_process", "node:fs", "node:process"]);
const PREFIX = "\0deferred:";

/** Whether an import of `source` is of commander, or of what it imports itself. */
export function isCarried(source: string, importer: string | undefined): boolean {
  return source === CARRIED || (importer?.startsWith(modules) === true && deferred.has(source));
}

/**
 * Puts commander among the package's own files. What it imports of Node only for what the command does not ask of it, such
 * as programs as subcommands, is loaded when it is used, since Node and Deno take milliseconds for it.
 */
export function carriedCommander(folder: string): Plugin {
  return {
    name: "carried-commander",
    resolveId(source, importer) {
      if (!isCarried(source, importer)) return null;
      return source === CARRIED ? commander : PREFIX + source;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const name = id.slice(PREFIX.length);
      if (name === "node:process") return `export { process as default } from "${folder}/src/runtime/host_process.js";`;
      return `import { builtin } from "${folder}/src/runtime/builtin.js";
const load = builtin("${name}");
export default new Proxy({}, { get: (_, key) => load()[key] });`;
    },
  };
}
