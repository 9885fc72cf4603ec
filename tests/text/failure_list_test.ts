import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { lowercase, mapText } from "../../src/text/mod.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const FAILING = 1100;

describe("FailureList", () => {
  test(
    "of many inputs that fail while they are worked on all are told, and the first 1000 kept",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (let index = 0; index < FAILING; index++) folder.write(`in/${index}`, Uint8Array.of(0xff));
        folder.write("in/good", "GOOD");
        const told = new Set<string>();
        const report = await lowercase({
          input: folder.at("in"),
          output: folder.at("out"),
          invalid: "error",
          onError: ({ path }) => told.add(path),
        });
        assert.deepEqual([report.files, report.filesFailed, report.failed.length, told.size], [
          1,
          FAILING,
          1000,
          FAILING,
        ]);
        assert.ok(report.failed.every(({ path }) => told.has(path)));
        assert.deepEqual(fs.readdirSync(folder.at("out")), ["good"]);
      }),
  );

  test("the same of inputs that are known to fail before", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/good", "good");
      for (let index = 0; index < FAILING; index++) fs.symlinkSync("nowhere", folder.at("in", `link ${index}`));
      const told = new Set<string>();
      let filesTotal = 0;
      const report = await mapText({
        input: folder.at("in"),
        output: folder.at("out"),
        task: (line: string) => line,
        onFailure: ({ path }) => told.add(path),
        onProgress: (progress) => filesTotal = progress.filesTotal,
      });
      assert.deepEqual([report.files, report.filesFailed, report.failed.length, told.size], [
        1,
        FAILING,
        1000,
        FAILING,
      ]);
      assert.equal(filesTotal, FAILING + 1);
      assert.match(report.failed[0]!.error.message, /link 0: it is a link to nothing$/);
    }));
});
