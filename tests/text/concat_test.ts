import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { OutputConflictError } from "../../src/core/errors.ts";
import { lowercase, mapText } from "../../src/text/mod.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 30_000;

describe("lowercase with concat", () => {
  test(
    "writes all inputs into one file, in the order of the inputs and of names",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        // Of many chunks, of one, empty, and with a letter whose length changes.
        const large = "ΟΔΟΣ Straße МИР\n".repeat(20_000);
        folder.write("z", large);
        folder.write("in/b", "B\u0130\n");
        folder.write("in/a/deep", "DEEP ΣΑΣ\n");
        folder.write("in/empty", "");
        const input = [folder.at("z"), folder.at("in"), folder.at("z")];
        const output = folder.at("new/out");
        const { files, failed } = await lowercase({ input, output, concat: true, chunkBytes: 65_536, processes: 2 });
        assert.equal(folder.read("new/out"), [large, "DEEP ΣΑΣ\n", "B\u0130\n", large].join("").toLowerCase());
        assert.equal(files, 5);
        assert.deepEqual(failed, []);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("new")), ["new/out"]);
      }),
  );

  test("compresses the file as its name says", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = [folder.write("a", "A"), folder.write("b", "B")];
      await lowercase({ input, output: folder.at("out.gz"), concat: true, processes: 1 });
      assert.equal(gunzipSync(fs.readFileSync(folder.at("out.gz"))).toString(), "ab");
    }));

  test(
    "replaces an old file in one step, and leaves it where the run is stopped",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = [folder.write("a", "A"), folder.write("b", "B".repeat(100_000))];
        const output = folder.write("out", "old");
        const controller = new AbortController();
        const onProgress = () => controller.abort(new Error("enough"));
        await assert.rejects(
          lowercase({
            input,
            output,
            concat: true,
            processes: 1,
            chunkBytes: 4096,
            signal: controller.signal,
            onProgress,
          }),
          /enough/,
        );
        assert.deepEqual(folder.files(), ["a", "b", "out"]);
        assert.equal(folder.read("out"), "old");
        await lowercase({ input, output, concat: true, processes: 1 });
        assert.equal(folder.read("out"), `a${"b".repeat(100_000)}`);
      }),
  );

  test("an input that fails is named, the others are there", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = [folder.write("a", "A"), folder.at("missing"), folder.write("c", "C")];
      const { failed } = await lowercase({ input, output: folder.at("out"), concat: true, processes: 1 });
      assert.deepEqual(failed.map(({ path }) => path), [folder.at("missing")]);
      assert.equal(folder.read("out"), "ac");
    }));

  test(
    "refuses a folder as the output, and an output that is or lies in an input",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = [folder.write("in/a", "A"), folder.write("b", "B")];
        fs.symlinkSync(folder.at("b"), folder.at("link"));
        const refused = (paths: string[], output: string, message: RegExp) =>
          assert.rejects(
            lowercase({ input: paths, output, concat: true }),
            (error) => error instanceof OutputConflictError && message.test(error.message),
          );
        await refused(input, folder.at("in"), /is a folder, but one text needs a file/);
        await refused(input, folder.at("link"), /The output .*link is the input .*b itself/);
        await refused([folder.at("in")], folder.at("in/out"), /lies inside the input folder/);
        assert.deepEqual(folder.files(), ["b", "in/a", "link"]);
      }),
  );

  test("fails as a whole where the file cannot be written", {
    timeout,
    skip: fs.existsSync("/dev/full") ? false : "there is no /dev/full",
  }, () =>
    inTemporaryFolder(async (folder) => {
      const input = [folder.write("a", "A"), folder.write("b", "B")];
      await assert.rejects(
        lowercase({ input, output: "/dev/full", concat: true }),
        /Cannot write \/dev\/full: no space/,
      );
      await assert.rejects(lowercase({ input, output: folder.at("a/out"), concat: true }), /Cannot write/);
    }));
});

describe("mapText with concat", () => {
  const task = (line: string): string => line.toUpperCase();

  for (const ordered of [true, false]) {
    test(
      `writes what all inputs give into one file, ordered: ${ordered}`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const large = Array.from({ length: 2000 }, (_, index) => `large ${index}\n`);
          folder.write("in/a", "small one\nand more");
          folder.write("in/b", large.join(""));
          for (let index = 0; index < 100; index++) folder.write(`in/c/${index}`, `file ${index}\n`);
          const output = folder.at("new/out");
          const options = {
            input: folder.at("in"),
            output,
            task,
            concat: true,
            ordered,
            chunkBytes: 4096,
            processes: 2,
          };
          const { files, bytesOut } = await mapText(options);
          const names = fs.readdirSync(folder.at("in/c")).sort();
          const lines = ["small one\n", "and more\n", ...large, ...names.map((name) => `file ${name}\n`)].map(task);
          const found = folder.read("new/out").match(/.*\n/g)!;
          assert.deepEqual(ordered ? found : found.sort(), ordered ? lines : lines.sort());
          assert.deepEqual([files, bytesOut], [102, lines.join("").length]);
          assert.deepEqual(folder.files().filter((name) => name.startsWith("new")), ["new/out"]);
        }),
    );
  }

  test(
    "compresses the file as its name says, and keeps the old one where a record ends the run",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = [folder.write("a", "a"), folder.write("b", "b")];
        const output = folder.at("out.gz");
        const options = { input, output, concat: true, processes: 1 };
        await mapText({ ...options, task });
        const gunzipped = (): string => gunzipSync(fs.readFileSync(output)).toString();
        assert.equal(gunzipped(), "A\nB\n");
        const failing = (line: string): string => {
          if (line === "b") throw new Error("no b");
          return line;
        };
        await assert.rejects(mapText({ ...options, task: failing }), /b:1: Error: no b$/);
        assert.equal(gunzipped(), "A\nB\n");
        assert.deepEqual(folder.files(), ["a", "b", "out.gz"]);
        await assert.rejects(
          mapText({ ...options, task, onError: "file", errorsTo: output }),
          /The file of failed records .*out\.gz is the output too$/,
        );
        await assert.rejects(mapText({ ...options, task, checkpoint: true }), /Cannot keep a checkpoint/);
      }),
  );
});
