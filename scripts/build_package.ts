/**
 * `npm run build`: compiles mod.ts and src, with their types, and puts the modules together in dist/, the code of the
 * npm package.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundlePackage } from "./package/bundle_package.ts";
import { CARRIED } from "./package/carried_commander.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const command = "src/cli/main.js";
const TYPES = ["--emitDeclarationOnly"];
/**
 * Checked with the types. Without docs, which these have: each thread would read them when it starts. Public fields are
 * set in constructors: what is defined Bun would keep of each thread (scripts/package/short_field_names.ts).
 */
const CODE = [
  ["--noCheck", "--declaration", "false", "--isolatedDeclarations", "false"],
  ["--removeComments", "--useDefineForClassFields", "false"],
].flat();

rmSync(dist, { recursive: true, force: true });
// In node_modules, so that the compiled modules find the packages that they import.
const compiled = mkdtempSync(join(root, "node_modules/.manyhands-build-"));
try {
  for (const what of [TYPES, CODE]) {
    const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), [
      "-p",
      "tsconfig.build.json",
      "--outDir",
      compiled,
      ...what,
    ], { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  // The binary itself stays out: the sources hold it as text.
  cpSync(join(root, "wasm/pkg"), join(compiled, "wasm/pkg"), {
    recursive: true,
    filter: (path) => !/\.[^.]+$/.test(basename(path)) || /\.(js|ts)$/.test(path),
  });
  const hasTypes = (path: string) => !path.endsWith(".js") && !path.startsWith(join(compiled, dirname(command)));
  cpSync(compiled, dist, { recursive: true, filter: hasTypes });
  await bundlePackage({
    folder: compiled,
    output: dist,
    entries: ["mod.js", "src/text/mod.js", command],
    startUp: "src/worker_main.js",
    apart: ["src/text/crew_main.js"],
  });
  chmodSync(join(dist, command), 0o755);
  // Its code is in the command's file.
  cpSync(join(root, "node_modules", CARRIED, "LICENSE"), join(dist, dirname(command), `LICENSE.${CARRIED}`));
} finally {
  rmSync(compiled, { recursive: true, force: true });
}
