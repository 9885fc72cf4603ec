/**
 * The layer check: `node scripts/check_layers.ts`. Imports may only go down this table; two folders of one line import
 * each other in neither direction. Type imports, dynamic imports and worker URLs count like any other.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { checkModules, type Exception, type LayerRules } from "./layers/check_modules.ts";
import { listFiles } from "./list_files.ts";
import { CARRIED } from "./package/carried_commander.ts";

const lines: readonly (readonly string[])[] = [
  ["core"],
  ["runtime", "memory", "observe"],
  ["sync"],
  ["channel", "shared", "kernels"],
  ["process", "queue"],
  ["pool"],
  ["manager"],
  ["text", "cluster", "context"],
  ["src/wire_classes.ts"],
  ["cli", "mod.ts", "src/worker_main.ts"],
];

const exceptions: readonly Exception[] = [
  {
    file: "src/process/worker_url.ts",
    use: "../worker_main.ts",
    reason: "a thread's entry, which names every class that can be sent to it; the host never loads it",
  },
  { file: "src/process/worker_url.ts", use: "../worker_main.js", reason: "the same in the compiled package" },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

const rules: LayerRules = {
  lines,
  runtimeFolder: "runtime",
  runtimeGlobals: ["Deno", "Bun", "process", "self"],
  packages: [...Object.keys(manifest.dependencies), CARRIED],
  generated: { "wasm/pkg/": "kernels" },
  exceptions,
};

const sources = listFiles(root, "src", (path) => path.endsWith(".ts"));
const files = existsSync(join(root, "mod.ts")) ? ["mod.ts", ...sources] : sources;
const modules = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
const violations = checkModules(modules, rules);
for (const violation of violations) console.error(violation);
console.log(`${modules.size} modules, ${violations.length} violations of the layers`);
process.exitCode = violations.length === 0 ? 0 : 1;
