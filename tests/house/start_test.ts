import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 120_000;
const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(root, "node_modules/.bin/node");
const isNode = !("Deno" in globalThis) && !("Bun" in globalThis);

/** The command that a user of this runtime types in the project's folder. */
function lowerCommand(): [command: string, args: string[]] {
  if ("Deno" in globalThis) return [process.execPath, ["task", "lower"]];
  if ("Bun" in globalThis) return [process.execPath, ["run", "lower"]];
  return ["npm", ["run", "--silent", "lower", "--"]];
}

describe("the commands of a checkout", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-start-"));
    mkdirSync(join(folder, "a folder/inner"), { recursive: true });
    writeFileSync(join(folder, "a folder/ONE.txt"), "ΟΔΟΣ\n");
    writeFileSync(join(folder, "a folder/inner/TWO.txt"), "Straße\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("lower runs on the runtime that it is called by", { timeout }, () => {
    const [command, args] = lowerCommand();
    const paths = [join(folder, "a folder"), "--output", join(folder, "out"), "--quiet"];
    execFileSync(command, [...args, ...paths], { cwd: root, timeout: 60_000, stdio: "pipe" });
    assert.equal(readFileSync(join(folder, "out/ONE.txt"), "utf8"), "οδος\n");
    assert.equal(readFileSync(join(folder, "out/inner/TWO.txt"), "utf8"), "straße\n");
  });

  test("lower passes the exit code on", { timeout }, () => {
    const [command, args] = lowerCommand();
    const lower = (...paths: string[]): number | null =>
      spawnSync(command, [...args, ...paths], { cwd: root, timeout: 60_000, stdio: "pipe" }).status;
    assert.equal(lower(join(folder, "missing"), "--output", join(folder, "never")), 1);
    assert.equal(lower(join(folder, "a folder")), 2);
  });

  const skip = isNode ? false : "npm start is for Node";

  test("npm start takes relative paths from where npm was called", { timeout, skip }, () => {
    const env = { ...process.env, INIT_CWD: folder };
    const args = [join(root, "scripts/start.mjs"), "a folder/ONE.txt", "--output", "relative.txt"];
    execFileSync(node, args, { cwd: root, env, timeout: 60_000, stdio: "pipe" });
    assert.equal(readFileSync(join(folder, "relative.txt"), "utf8"), "οδος\n");
  });

  test("npm start without arguments lower-cases the corpus and says where the output is", { timeout, skip }, () => {
    const env = { ...process.env, INIT_CWD: root };
    const printed = execFileSync(node, [join(root, "scripts/start.mjs")], {
      cwd: root,
      env,
      encoding: "utf8",
      timeout: 60_000,
    });
    const output = join(root, "output");
    assert.ok(printed.includes(`The result is in ${output}\n`));
    assert.match(printed, /npm start -- INPUT… --output OUT/);
    const files = (path: string): string[] => readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
    assert.deepEqual(files(output), files(join(root, "examples/corpus")));
  });
});
