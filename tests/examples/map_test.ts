import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 60_000;
const run = promisify(execFile);

async function linesOf(example: string): Promise<string[]> {
  const script = fileURLToPath(new URL(`../../examples/map/${example}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [
    ...("Deno" in globalThis ? ["run", "-A", "--no-check"] : []),
    script,
  ]);
  return stdout.trimEnd().split("\n");
}

test("The words of the corpus are counted by chunks and merged", { timeout }, async () => {
  const lines = await linesOf("count_words");
  assert.equal(lines.length, 11);
  const counts = lines.slice(0, 10).map((line) => Number(/^ *(\d+) \p{L}+$/u.exec(line)?.[1]));
  assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
  const [, different, all] = /^(\d+) different words, (\d+) in all$/.exec(lines[10]!) ?? assert.fail(lines[10]);
  assert.ok(Number(all) > Number(different) && Number(different) > 100);
});

test("An async function checks links, tries again and keeps what fails", { timeout }, async () => {
  assert.deepEqual(await linesOf("check_links"), [
    "100 links, 4 do not answer",
    '96 are written, the first is {"id":0,"host":"host-0.example","ok":true}',
    "line 8: host-7.example does not answer",
    "line 33: host-32.example does not answer",
    "line 58: host-57.example does not answer",
    "line 83: host-82.example does not answer",
  ]);
});
