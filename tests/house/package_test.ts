import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 240_000;
const root = fileURLToPath(new URL("../..", import.meta.url));
const skip = "Deno" in globalThis || "Bun" in globalThis ? "the npm package is built and checked once, on Node" : false;

/** The pinned Node, and the machine's own where it is another one that the package supports. */
function nodes(): { version: string; path: string }[] {
  const pinned = join(root, "node_modules/.bin/node");
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const found = new Map<string, string>();
  for (const path of [pinned, ...folders.map((folder) => join(folder, "node"))]) {
    const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    const version = stdout?.trim();
    const isSupported = Number(version?.slice(1).split(".")[0]) >= 20;
    if (status === 0 && isSupported && !found.has(version)) found.set(version, path);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

const program = `
import { isMainProcess, Pool, SharedArray, kernels, task } from "manyhands";
import { lowercase } from "manyhands/text";
export const double = task(import.meta, function double(x) { return 2 * x; });
if (isMainProcess) {
  const pool = new Pool(2);
  const doubled = await pool.map(double, [1, 2, 3]);
  const array = new SharedArray("d", [1, 2, 3]);
  await pool.mapInPlace(kernels.double, array);
  pool.close();
  await pool.join();
  console.log(JSON.stringify({ doubled, inPlace: [...array], lower: kernels.lowercase("ΟΔΟΣ"), text: typeof lowercase }));
}
`;

const processes = `
import { BrokenBarrierError, getContext, isMainProcess, Manager, Process, Queue, task } from "manyhands";
export const put = task(import.meta, async function put(queue, dict) {
  await queue.put(2);
  await dict.set("a", 3);
  throw new BrokenBarrierError("broken");
});
export const double = task(import.meta, function double(x) { return 2 * x; });
if (isMainProcess) {
  const queue = new Queue();
  const manager = await Manager();
  const dict = await manager.dict();
  const process = new Process({ target: put, args: [queue, dict] });
  process.start();
  const got = await queue.get();
  await process.join();
  const { Pool } = getContext("process");
  const pool = new Pool(1);
  const doubled = await pool.map(double, [1, 2, 3]);
  console.log(JSON.stringify({ got, set: await dict.get("a"), isSame: process.error instanceof BrokenBarrierError, doubled }));
  await pool.terminate();
  await manager.shutdown();
}
`;

const names = `
import * as manyhands from "manyhands";
import * as text from "manyhands/text";
const all = Object.entries({ ...manyhands, ...text });
console.log(JSON.stringify(all.filter(([name, value]) => typeof value === "function" && value.name !== name).map(([name]) => name)));
`;

// Each test is skipped on its own: of a suite that is skipped as a whole, Bun reports nothing.
describe("the npm package", () => {
  let folder = "";
  let installed = "";

  // In the first test that needs it and not in a hook: of a hook that fails, the report doesn't tell why.
  function install(): void {
    if (folder !== "") return;
    folder = mkdtempSync(join(tmpdir(), "manyhands-package-"));
    installed = join(folder, "node_modules/manyhands");
    const env = { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter) };
    execFileSync("npm", ["pack", "--pack-destination", folder, "--loglevel=error"], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    assert.ok(tarball);
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", join(folder, tarball), "-C", installed, "--strip-components=1"]);
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) {
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    }
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "program.js"), program);
    writeFileSync(join(folder, "processes.js"), processes);
    writeFileSync(join(folder, "names.js"), names);
    writeFileSync(join(folder, "INPUT.txt"), "ΟΔΟΣ Straße İ\n");
  }
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  test("holds compiled code and its types, and no sources, tests or build tools", { timeout, skip }, () => {
    install();
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((path) =>
      /\.\w+$|^LICENSE$/.test(path)
    );
    for (const path of ["dist/mod.js", "dist/mod.d.ts", "README.md", "LICENSE", "CHANGELOG.md"]) {
      assert.ok(files.includes(path), path);
    }
    assert.deepEqual(files.filter((path) => /(?<!\.d)\.ts$|_test\.|^(?:src|tests|scripts)\//.test(path)), []);
  });

  test(
    "names only files that exist in its exports and its command",
    { timeout, skip },
    () => {
      install();
      const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
      const paths = JSON.stringify([manifest.exports, manifest.bin]).match(/\.\/[^"]*\.\w+/g) ??
        [];
      assert.ok(paths.length >= 10);
      for (const path of paths) assert.doesNotThrow(() => readFileSync(join(installed, path)), path);
    },
  );

  for (const { version, path } of skip ? [] : nodes()) {
    test(`runs a pool, a kernel and the text entry on Node ${version}`, { timeout }, () => {
      install();
      const output = execFileSync(path, ["program.js"], { cwd: folder, encoding: "utf8", timeout: 60_000 });
      assert.deepEqual(JSON.parse(output), { doubled: [2, 4, 6], inPlace: [2, 4, 6], lower: "οδος", text: "function" });
    });

    test(
      `runs processes, a manager and a pool of the operating system's processes on Node ${version}`,
      { timeout },
      () => {
        install();
        const { status, stdout, stderr } = spawnSync(path, ["processes.js"], {
          cwd: folder,
          encoding: "utf8",
          timeout: 60_000,
        });
        assert.equal(status, 0, stderr);
        assert.deepEqual(JSON.parse(stdout), { got: 2, set: 3, isSame: true, doubled: [2, 4, 6] });
      },
    );

    test(`has every class and function under its own name on Node ${version}`, { timeout }, () => {
      install();
      const output = execFileSync(path, ["names.js"], { cwd: folder, encoding: "utf8", timeout: 60_000 });
      assert.deepEqual(JSON.parse(output), []);
    });

    test(`runs the command on Node ${version}`, { timeout }, () => {
      install();
      const command = join(installed, "dist/src/cli/main.js");
      const output = `output-${version}.txt`;
      execFileSync(path, [command, "lower", "INPUT.txt", "--output", output, "--quiet"], {
        cwd: folder,
        timeout: 60_000,
      });
      assert.equal(readFileSync(join(folder, output), "utf8"), "οδος straße i̇\n");
    });
  }
});
