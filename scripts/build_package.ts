/**
 * `npm run build`: compiles mod.ts and src to dist/, the code of the npm package, and puts the generated kernel glue
 * where the compiled imports expect it.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

// The binary itself stays out: the sources hold it as text.
cpSync(join(root, "wasm/pkg"), join(dist, "wasm/pkg"), {
  recursive: true,
  filter: (path) => !/\.[^.]+$/.test(basename(path)) || /\.(js|ts)$/.test(path),
});

const command = join(dist, "src/cli/main.js");
if (!existsSync(command)) throw new Error(`The build made no ${command}`);
const text = readFileSync(command, "utf8");
if (!text.startsWith("#!")) writeFileSync(command, `#!/usr/bin/env node\n${text}`);
chmodSync(command, 0o755);
