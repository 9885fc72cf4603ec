import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { WorkerLostError } from "../../src/core/errors.ts";
import type { BatchedFile } from "../../src/text/file_tasks.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import { lowercase } from "../../src/text/mod.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const FILES = 300;

function writeMany(folder: TemporaryFolder): void {
  for (let index = 0; index < FILES; index++) folder.write(`in/${index % 7}/${index}.txt`, `FILE ${index} ΟΔΟΣ İ`);
}

function readMany(folder: TemporaryFolder, output: string): string[] {
  return Array.from({ length: FILES }, (_, index) => folder.read(`${output}/${index % 7}/${index}.txt`));
}

const expected = Array.from({ length: FILES }, (_, index) => `file ${index} οδος i\u0307`);

describe("BatchRun", () => {
  for (const ordered of [true, false]) {
    test(
      `many small files take few tasks, ordered: ${ordered}`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          writeMany(folder);
          const tasks: string[] = [];
          const report = await lowercaseWith(() => inlinePool((name) => tasks.push(name)), {
            input: folder.at("in"),
            output: folder.at("out"),
            ordered,
          });
          assert.deepEqual(readMany(folder, "out"), expected);
          assert.equal(report.files, FILES);
          assert.deepEqual(tasks, Array(5).fill("lowerFiles"));
          assert.equal(folder.files().length, 2 * FILES, "no temporary file stays");
        }),
    );
  }

  test("real workers do the same", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      writeMany(folder);
      const report = await lowercase({ input: folder.at("in"), output: folder.at("out"), processes: 2 });
      assert.deepEqual(readMany(folder, "out"), expected);
      assert.equal(report.processes, 2);
    }));

  test(
    "a file that fails leaves the others of its batch alone",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder);
        folder.write("in/3/bad", Uint8Array.of(0x41, 0xff));
        const report = await lowercase({ input: folder.at("in"), output: folder.at("out"), invalid: "error" });
        assert.deepEqual(readMany(folder, "out"), expected);
        assert.deepEqual(report.failed.map(({ path }) => path), [folder.at("in/3/bad")]);
        assert.equal(folder.files().length, 2 * FILES + 1);
      }),
  );

  test(
    "a file that changes meanwhile is named, with no output",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["a", "b", "c"]) folder.write(`in/${name}`, name);
        const pool = inlinePool(() => fs.writeFileSync(folder.at("in/b"), "LONGER"));
        const report = await lowercaseWith(() => pool, { input: folder.at("in"), output: folder.at("out") });
        assert.match(
          report.failed[0]!.error.message,
          /in.b changed while it was read: its size went from 1 to 6 bytes$/,
        );
        assert.deepEqual(folder.files(), ["in/a", "in/b", "in/c", "out/a", "out/c"]);
      }),
  );

  test(
    "a worker that is lost costs only the file that it is lost with",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        writeMany(folder);
        const fatal = folder.at("in/0/70.txt");
        const pool = inlinePool((_, args) => {
          const files = args[0] as readonly BatchedFile[];
          if (files.every(({ path }) => path !== fatal)) return;
          throw new WorkerLostError("It was lost", { exitReason: "exit", exitCode: 1, taskIndex: 0 });
        });
        const report = await lowercaseWith(() => pool, { input: folder.at("in"), output: folder.at("out") });
        assert.deepEqual(report.failed.map(({ path }) => path), [fatal]);
        assert.equal(report.files, FILES - 1);
      }),
  );
});
