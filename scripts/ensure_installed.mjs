// Plain JavaScript without dependencies: it is the first thing that runs on a machine that has only Node 20 and npm.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const stampFile = join(modules, ".manyhands-installed");

/** The install step of each runtime's package, for an npm that did not run it. */
const installSteps = {
  node: { folder: "node", script: "installArchSpecificPackage.js" },
  deno: { folder: "deno", script: "install.cjs" },
  bun: { folder: "bun", script: "install.js" },
};

/** Path of a program that a package of node_modules brings. */
export function program(name) {
  return join(modules, ".bin", name);
}

/** Brings node_modules up to package-lock.json where it isn't, and checks that the three runtimes start. */
export function ensureInstalled() {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = createHash("sha256").update(lockText).digest("hex");
  if (read(stampFile) === stamp) return;
  if (!matchesLock(lockText)) {
    console.log(
      "Installing the packages of package-lock.json with npm ci (once; 0.5 GB, the three runtimes among them)",
    );
    runOrFail("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], root);
  }
  for (const [name, step] of Object.entries(installSteps)) ensureStarts(name, step);
  writeFileSync(stampFile, stamp);
}

/** Brings the pools that the bench measures beside this project's up to the lock file of their own. */
export function ensurePeersInstalled() {
  const folder = join(root, "bench/peers");
  const peersStamp = join(folder, "node_modules/.manyhands-installed");
  const stamp = createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).digest("hex");
  if (read(peersStamp) === stamp) return;
  runOrFail("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  writeFileSync(peersStamp, stamp);
}

function ensureStarts(name, { folder, script }) {
  if (starts(name)) return;
  console.log(`${name} does not start yet: running the install step of its package`);
  runOrFail("node", [script], join(modules, folder));
  if (starts(name)) return;
  throw new Error(
    `${program(name)} does not start. Remove node_modules and run "npm ci" by hand; with npm 11 and later approve ` +
      `the install scripts first: "npm install-scripts approve node deno bun"`,
  );
}

function starts(name) {
  return spawnSync(program(name), ["--version"], { stdio: "ignore" }).status === 0;
}

/** Whether what npm says it installed is what the lock file asks for: then there's nothing to do, whoever installed it. */
function matchesLock(lockText) {
  const installedText = read(join(modules, ".package-lock.json"));
  if (installedText === undefined) return false;
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(installedText).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || (entry.optional && !installed[path])) continue;
    if (installed[path]?.version !== entry.version) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function runOrFail(command, args, cwd) {
  // Without node_modules/.bin: npm must not run on the node binary that it is about to replace.
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const { status, error } = spawnSync(command, args, {
    cwd,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`"${command} ${args.join(" ")}" in ${cwd} ended with exit code ${status}`);
}
