import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 90_000;
const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const programs = [...readme.matchAll(/```ts\n([^]*?)```(?:\n\n```\n([^]*?)```)?/g)];

/** Runs a program on the runtime that runs this test, with the package's name standing for the sources. */
function run(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-readme-"));
  try {
    const path = join(folder, "program.ts");
    const mod = new URL("../../mod.ts", import.meta.url).href;
    writeFileSync(path, program.replace('"manyhands"', JSON.stringify(mod)));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const args = "Deno" in globalThis
      ? ["run", "--allow-all", "--no-check", "--config", join(root, "deno.json"), path]
      : [path];
    const env = { ...process.env, NO_COLOR: "1" };
    return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000, env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("README: there are programs to check", { timeout }, () => {
  assert.equal(programs.length, 2);
});

for (const [index, [, program, output]] of programs.entries()) {
  test(`README: program ${index + 1} prints what the page says`, { timeout }, () => {
    const comments = [...(program ?? "").matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, comment]) => comment);
    const expected = output ?? comments.map((comment) => `${comment}\n`).join("");
    assert.notEqual(expected, "");
    // Bun prints arrays in another way; what counts is the numbers and their order.
    const plain = (text: string): string => text.replace(/[\s[\],]+/g, " ").trim();
    assert.equal(plain(run(program ?? "")), plain(expected));
  });
}
