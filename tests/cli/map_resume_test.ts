import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";
import { endOf, runCommand, startCommand } from "./run_command.ts";

const timeout = 120_000;
/** How many times the command is killed; the long form is 30. */
const KILLS = Number(process.env["MANYHANDS_KILLS"] ?? 2);
/** A run gets to make fewer records than these and one more. */
const MOST_RECORDS = 6;

/** What is to come of some inputs. */
interface Expected {
  readonly outputs: ReadonlyMap<string, string>;
  readonly errors: readonly string[];
  /** Bytes of text of the inputs. */
  readonly bytesIn: number;
}

/** A slow function that fails for some records, and inputs of many ranges. */
function prepare(folder: TemporaryFolder): Expected {
  folder.write("package.json", '{ "type": "module" }');
  folder.write(
    "slow.mjs",
    `
    let calls = 0;
    export default async (line) => {
      if (calls++ % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (line.endsWith("99")) throw new Error("no " + line);
      return [line.toUpperCase(), line.length];
    };`,
  );
  const outputs = new Map<string, string>();
  const errors: string[] = [];
  let bytesIn = 0;
  for (const [name, count] of [["a.txt.gz", 4000], ["b.txt", 3000], ["c.txt.zst", 2000], ["d.txt", 3000]] as const) {
    const lines = Array.from({ length: count }, (_, index) => `${name} ${"x".repeat(index % 50)} ${index}`);
    const text = `${lines.join("\n")}\n`;
    const pack = name.endsWith(".gz") ? gzipSync : name.endsWith(".zst") ? zstdCompressSync : String;
    folder.write(`in/${name}`, pack(text));
    bytesIn += text.length;
    const good = lines.filter((line) => !line.endsWith("99"));
    outputs.set(
      name.replace(/(\.gz|\.zst|)$/, ".gz"),
      good.map((line) => `${line.toUpperCase()}\n${line.length}\n`).join(""),
    );
    errors.push(...lines.flatMap((line, index) => line.endsWith("99") ? [`${name}:${index + 1}`] : []));
  }
  return { outputs, errors: errors.sort(), bytesIn };
}

const args = ["map", "slow.mjs", "in", "-o", "out", "--chunk-size", "4K", "--compress", "gzip", "--on-error", "file"];

function output(folder: TemporaryFolder, name: string): string {
  return gunzipSync(fs.readFileSync(folder.at("out", name))).toString();
}

/** Records of progress and of complete outputs in a journal. */
function recordsOf(journal: string): number {
  return fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").split(/"note":|"seal":/).length - 1 : 0;
}

/** Resolves when the journal has grown to more than so many records, or there is nothing to wait for any more. */
function progressAppears(journal: string, before: number, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(() => {
      if (recordsOf(journal) > before) finish();
    }, 5);
    void ended.then(finish);
  });
}

describe("manyhands map --resume", () => {
  test(`killed ${KILLS} times, goes on and gives what an uninterrupted run would have given`, {
    timeout: timeout + KILLS * 20_000,
  }, () =>
    inTemporaryFolder(async (folder) => {
      const { outputs, errors, bytesIn } = prepare(folder);
      const journal = folder.at(".out.manyhands-journal");
      for (let kills = 0; kills < KILLS;) {
        const before = recordsOf(journal) + Math.floor(Math.random() * MOST_RECORDS);
        const child = startCommand([...args, "--resume", "--quiet"], "pipe", folder.path);
        const end = endOf(child);
        await progressAppears(journal, before, end);
        child.kill("SIGKILL");
        const { stderr } = await end;
        assert.equal(stderr, "");
        // On a fast machine a run may end before it is killed.
        if (fs.existsSync(journal)) kills++;
        for (const name of folder.files().filter((name) => /^out\/[^.]/.test(name))) {
          assert.equal(output(folder, name.slice(4)), outputs.get(name.slice(4)), `${name} is whole`);
        }
      }
      const { code, stdout } = await runCommand([...args, "--resume", "--json"], "", folder.path);
      const report = JSON.parse(stdout);
      assert.ok(report.bytesResumed > 0);
      assert.equal(report.bytesIn, bytesIn);
      assert.equal(report.bytesOut, [...outputs.values()].join("").length);
      assert.equal(report.recordsFailed, errors.length);
      assert.equal(code, 1);
      for (const [name, text] of outputs) assert.ok(output(folder, name) === text, name);
      const kept = folder.read("out.errors.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(kept.map(({ path, number }) => `${path.slice(3)}:${number}`).sort(), errors);
      assert.deepEqual(folder.files().filter((name) => /(^|\/)\./.test(name)), []);
    }));

  test(
    "goes on with a function that was mended where a record stopped it; not with other options",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const lines = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
        folder.write("package.json", '{ "type": "module" }');
        folder.write("in.txt", lines.join("\n"));
        folder.write(
          "f.mjs",
          'export default (line) => { if (line === "line 2500") throw new Error("no"); return line + "!"; };',
        );
        const run = (...flags: string[]) =>
          runCommand(
            ["map", "f.mjs", "in.txt", "-o", "out.txt", "--resume", "--json", "--progress", "none", ...flags],
            "",
            folder.path,
          );
        const first = await run("--chunk-size", "4K");
        assert.match(
          first.stderr,
          /manyhands: in\.txt:2501: Error: no\nmanyhands: what is done is kept: go on with the same command and --resume\n$/,
        );
        assert.equal(first.code, 1);
        const other = await run("--chunk-size", "8K");
        assert.match(other.stderr, /Cannot resume out\.txt: expected chunkBytes to be 4096 as before, found 8192/);
        assert.equal(other.code, 2);
        folder.write("f.mjs", 'export default (line) => line + "!";');
        const last = await run("--chunk-size", "4K");
        assert.equal(last.code, 0, last.stderr);
        assert.equal(folder.read("out.txt"), lines.map((line) => `${line}!\n`).join(""));
        const { records, bytesResumed } = JSON.parse(last.stdout);
        const failedAt = lines.slice(0, 2500).join("\n").length + 1;
        assert.ok(bytesResumed <= failedAt && failedAt - bytesResumed < 4096 + 10, "all ranges before it are kept");
        assert.ok(records < 3000);
        assert.deepEqual(folder.files(), ["f.mjs", "in.txt", "out.txt", "package.json"]);
      }),
  );
});
