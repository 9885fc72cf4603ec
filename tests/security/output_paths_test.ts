import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { lowercase } from "../../src/text/mod.ts";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";

const timeout = 60_000;

/** Everything but the folders of the test's inputs and outputs. */
const outside = (folder: TemporaryFolder): string[] => folder.files().filter((name) => !/^(?:in|out)\//.test(name));

describe("Where outputs go", () => {
  test(
    "A link to a folder that leads out of the output folder is not followed",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/sub/deep/A.txt", "DEEP");
        folder.write("in/B.txt", "BESIDE");
        folder.write("elsewhere/A.txt", "NOT OURS");
        fs.mkdirSync(folder.at("out"));
        fs.symlinkSync(folder.at("elsewhere"), folder.at("out/sub"));
        const report = await lowercase({ input: folder.at("in"), output: folder.at("out"), processes: 1 });
        assert.deepEqual(report.failed.map(({ error }) => (error as Error & { code: string }).code), [
          "ERR_OUTPUT_UNWRITABLE",
        ]);
        assert.match(report.failed[0]!.error.message, /out\/sub: it is a link that leads out of the output folder$/);
        assert.equal(folder.read("out/B.txt"), "beside");
        assert.deepEqual(fs.readdirSync(folder.at("elsewhere")), ["A.txt"]);
        assert.equal(folder.read("elsewhere/A.txt"), "NOT OURS");
      }),
  );

  test(
    "One inside of it is, and so is the output folder itself",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/sub/A.txt", "TEXT");
        fs.mkdirSync(folder.at("out/real"), { recursive: true });
        fs.symlinkSync(folder.at("out/real"), folder.at("out/sub"));
        fs.symlinkSync(folder.at("out"), folder.at("link"));
        const report = await lowercase({ input: folder.at("in"), output: folder.at("link"), processes: 1 });
        assert.deepEqual(report.failed, []);
        assert.equal(folder.read("out/real/A.txt"), "text");
      }),
  );

  test(
    "A link at the name of an output is replaced, what it leads to stays",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/A.txt", "TEXT");
        folder.write("single.txt", "SINGLE");
        folder.write("victim.txt", "NOT OURS");
        fs.mkdirSync(folder.at("out"));
        for (const name of ["A.txt", "single.txt"]) fs.symlinkSync(folder.at("victim.txt"), folder.at("out", name));
        for (const input of ["in", "single.txt"]) {
          await lowercase({ input: folder.at(input), output: folder.at("out"), processes: 1 });
        }
        assert.equal(folder.read("victim.txt"), "NOT OURS");
        assert.deepEqual([folder.read("out/A.txt"), folder.read("out/single.txt")], ["text", "single"]);
        assert.ok(!fs.lstatSync(folder.at("out/A.txt")).isSymbolicLink());
      }),
  );

  test("No name of an input leads out of the output folder", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const names = ["...gz", "..gz", ".gz", "..zst.gz", "..\\..\\evil", "..%2fevil", "-", "~", "$HOME", "a\nb", " "];
      for (const name of names) folder.write(`in/${name}`, name.endsWith(".gz") ? gzipSync("TEXT") : "TEXT");
      for (const [compress, out] of [["none", "out/none"], ["gzip", "out/gzip"], ["auto", "out/auto"]] as const) {
        const report = await lowercase({ input: folder.at("in"), output: folder.at(out), processes: 1, compress });
        assert.deepEqual(report.failed, [], compress);
        assert.equal(fs.readdirSync(folder.at(out)).length, names.length);
      }
      assert.deepEqual(outside(folder), []);
      await lowercase({
        input: [folder.at("in/..", "in/."), folder.at("in/-")],
        output: folder.at("out/two"),
        processes: 1,
      });
      assert.deepEqual(fs.readdirSync(folder.at("out/two")).sort(), ["-", "in"]);
      assert.deepEqual(outside(folder), []);
    }));

  test("A file or link at a temporary name is left alone", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("A.txt", "TEXT");
      folder.write("victim.txt", "NOT OURS");
      fs.mkdirSync(folder.at("out"));
      // Who guesses the number of the process guesses the name.
      const guess = folder.at(`out/.A.txt.manyhands-${process.pid}.tmp`);
      fs.symlinkSync(folder.at("victim.txt"), guess);
      fs.symlinkSync(folder.at("nowhere"), folder.at(`out/.A.txt.manyhands-${process.pid}-1.tmp`));
      const report = await lowercase({ input: folder.at("A.txt"), output: folder.at("out/A.txt"), processes: 1 });
      assert.deepEqual(report.failed, []);
      assert.equal(folder.read("out/A.txt"), "text");
      assert.equal(folder.read("victim.txt"), "NOT OURS");
      assert.ok(fs.lstatSync(guess).isSymbolicLink());
      assert.ok(!fs.existsSync(folder.at("nowhere")));
    }));
});
