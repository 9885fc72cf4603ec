import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { KernelError, WorkerLostError } from "../../src/core/errors.ts";
import type { BatchedFile } from "../../src/text/file_tasks.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import { lowercase, mapKernel } from "../../src/text/mod.ts";
import { invert } from "./fixtures/text_kernels.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const FILES = 200;

/** Files whose names are in the order of their numbers. */
function writeMany(folder: TemporaryFolder): string[] {
  const names = Array.from({ length: FILES }, (_, index) => `in/${String(index).padStart(3, "0")}.txt`);
  for (const [index, name] of names.entries()) folder.write(name, `FILE ${index} ΟΔΟΣ İ\n`);
  return names.map((name) => folder.read(name).toLowerCase());
}

/** The names of the tasks that lower-case. */
function loweringOf(tasks: readonly string[]): readonly string[] {
  return tasks.filter((name) => name.startsWith("lower"));
}

describe("many small files into one output", () => {
  for (const ordered of [true, false]) {
    test(
      `take few tasks, and each is whole, ordered: ${ordered}`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const expected = writeMany(folder);
          const tasks: string[] = [];
          const report = await lowercaseWith(() => inlinePool((name) => tasks.push(name)), {
            input: folder.at("in"),
            output: folder.at("out"),
            concat: true,
            ordered,
          });
          const found = folder.read("out").match(/.*\n/g)!;
          assert.deepEqual(ordered ? found : found.sort(), ordered ? expected : expected.sort());
          assert.deepEqual(loweringOf(tasks), Array(4).fill("lowerFilesTogether"));
          assert.equal(report.files, FILES);
          assert.equal(report.bytesOut, fs.statSync(folder.at("out")).size);
        }),
    );
  }

  test(
    "keep their places among files of many chunks and compressed ones, on real workers",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const small = writeMany(folder);
        const large = "ΟΔΟΣ Straße МИР\n".repeat(2000);
        folder.write("in/100.zlarge", large);
        folder.write("in/empty", "");
        const input = [folder.at("in"), folder.at("in/003.txt")];
        const options = { input, concat: true, chunkBytes: 4096, processes: 2 };
        const expected = [...small.slice(0, 101), large.toLowerCase(), ...small.slice(101), small[3]].join("");
        await lowercase({ ...options, output: folder.at("out") });
        assert.equal(folder.read("out"), expected);
        const { files } = await lowercase({ ...options, output: folder.at("out.gz") });
        assert.equal(gunzipSync(fs.readFileSync(folder.at("out.gz"))).toString(), expected);
        assert.equal(files, FILES + 3);
      }),
  );

  test(
    "come in pieces where they grow beyond the memory of a task",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        // Each of these letters takes a half more.
        const texts = [5, 4090, 700, 4000, 0, 3000].map((bytes, index) => `${index}${"Ⱥ".repeat(bytes / 2)}\n`);
        for (const [index, text] of texts.entries()) folder.write(`in/${index}`, text);
        const pool = () => inlinePool();
        await lowercaseWith(pool, { input: folder.at("in"), output: folder.at("out"), concat: true, chunkBytes: 4096 });
        assert.equal(folder.read("out"), texts.join("").toLowerCase());
      }),
  );

  test(
    "one that fails or changes is missing and named, in its order, and the others are there",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["a", "c", "e"]) folder.write(`in/${name}`, `${name.toUpperCase()}\n`);
        folder.write("in/b", Uint8Array.of(0x41, 0xff));
        folder.write("in/d", "D\n");
        const pool = inlinePool((name) => {
          if (name.startsWith("lower")) fs.writeFileSync(folder.at("in/d"), "LONGER\n");
        });
        const { failed, files } = await lowercaseWith(() => pool, {
          input: folder.at("in"),
          output: folder.at("out"),
          concat: true,
          invalid: "error",
        });
        assert.equal(folder.read("out"), "a\nc\ne\n");
        assert.equal(files, 3);
        assert.deepEqual(failed.map(({ path }) => path), [folder.at("in/b"), folder.at("in/d")]);
        assert.match(failed[0]!.error.message, /Invalid UTF-8 at byte 1$/);
        assert.match(failed[1]!.error.message, /d changed while it was read: its size went from 2 to 7 bytes$/);
      }),
  );

  test(
    "a worker that is lost costs only the file that it is lost with",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const expected = writeMany(folder);
        const fatal = folder.at("in/070.txt");
        const pool = inlinePool((name, args) => {
          if (name !== "lowerFilesTogether") return;
          if ((args[0] as readonly BatchedFile[]).every(({ path }) => path !== fatal)) return;
          throw new WorkerLostError("It was lost", { exitReason: "exit", exitCode: 1, taskIndex: 0 });
        });
        const options = { input: folder.at("in"), output: folder.at("out"), concat: true };
        const { failed } = await lowercaseWith(() => pool, options);
        assert.deepEqual(failed.map(({ path }) => path), [fatal]);
        assert.equal(folder.read("out"), expected.toSpliced(70, 1).join(""));
      }),
  );

  test(
    "a kernel of one's own is named with the file that it traps for, and with the one that it stays at",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const [name, text] of [["a", "a"], ["b", "bX"], ["c", "c"]] as const) folder.write(`in/${name}`, text);
        const options = {
          kernel: invert,
          input: folder.at("in"),
          output: folder.at("out"),
          concat: true,
          processes: 1,
        };
        const { failed, files } = await mapKernel(options);
        assert.deepEqual([files, failed.map(({ path }) => path)], [2, [folder.at("in/b")]]);
        assert.ok(failed[0]!.error instanceof KernelError);
        assert.deepEqual(
          [...fs.readFileSync(folder.at("out"))],
          [..."ac"].map((letter) => letter.charCodeAt(0) ^ 0xff),
        );
        folder.write("in/d", "bY");
        await assert.rejects(mapKernel({ ...options, timeout: 300 }), (error: KernelError) => {
          assert.deepEqual([error.code, error.path], ["ERR_KERNEL_TIMEOUT", folder.at("in/d")]);
          return true;
        });
      }),
  );

  test("a writer that fails ends the run", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      writeMany(folder);
      const write = () => Promise.reject(new Error("no more"));
      await assert.rejects(lowercase({ input: folder.at("in"), output: { write }, processes: 1 }), /no more/);
    }));
});
