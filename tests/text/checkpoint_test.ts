import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import process from "node:process";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { CheckpointError, type CheckpointErrorCode, FileError } from "../../src/core/errors.ts";
import { disk } from "../../src/runtime/disk.ts";
import { Checkpoint, journalPath } from "../../src/text/checkpoint.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import { lowercase, type LowercaseOptions, type TextProgress, type TextReport } from "../../src/text/mod.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const CHUNK = 4096;
const TEXT = "Τὸ ΠΝΕΥΜΑ ΤΗΣ ΠΟΛΕΩΣ. Straße ÄRGER Привет МИР 中文 😀\n".repeat(600);

function run(options: Omit<LowercaseOptions, "checkpoint">): Promise<TextReport> {
  return lowercaseWith(
    () => inlinePool(),
    { chunkBytes: CHUNK, processes: 2, ...options, checkpoint: true },
    { interval: 0 },
  );
}

/** Runs until some of the text is written, and stops there. */
async function stopped(options: Omit<LowercaseOptions, "checkpoint">): Promise<void> {
  const controller = new AbortController();
  const onProgress = (progress: { bytesIn: number }): void => {
    if (progress.bytesIn > 4 * CHUNK) controller.abort(new Error("enough"));
  };
  await assert.rejects(run({ ...options, signal: controller.signal, onProgress }), /enough/);
}

function refused(code: CheckpointErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CheckpointError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

async function withInput(
  test: (folder: TemporaryFolder, input: string, output: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder((folder) => test(folder, folder.write("in", TEXT), folder.at("out")));
}

describe("lowercase with a checkpoint", () => {
  test(
    "ends like one without, and leaves nothing but its output",
    { timeout },
    () =>
      withInput(async (folder, input, output) => {
        const report = await lowercase({ input, output, chunkBytes: CHUNK, checkpoint: true });
        assert.equal(folder.read("out"), TEXT.toLowerCase());
        assert.deepEqual(folder.files(), ["in", "out"]);
        assert.equal(report.bytesResumed, undefined);
      }),
  );

  test(
    "stopped by its signal, it goes on with what was done",
    { timeout },
    () =>
      withInput(async (folder, input, output) => {
        await stopped({ input, output });
        assert.equal(fs.existsSync(output), false);
        const shown: number[] = [];
        const report = await run({ input, output, onProgress: ({ resumed }) => shown.push(resumed?.bytesRead ?? 0) });
        assert.ok(report.bytesResumed! > 4 * CHUNK, `${report.bytesResumed} bytes are not done again`);
        assert.equal(report.bytesIn, fs.statSync(input).size);
        assert.equal(report.bytesOut, fs.statSync(output).size);
        assert.ok(shown.every((bytes) => bytes === report.bytesResumed));
        assert.equal(folder.read("out"), TEXT.toLowerCase());
        assert.deepEqual(folder.files(), ["in", "out"]);
      }),
  );

  for (
    const [name, pack, compress] of [
      ["in.gz", gzipSync, "none"],
      ["in.gz", gzipSync, "auto"],
      ["in.zst", zstdCompressSync, "auto"],
    ] as const
  ) {
    test(
      `stopped in the middle of ${name}, it goes on with what was done, to ${compress === "none" ? "text" : name}`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const input = folder.write(name, pack(TEXT));
          const output = folder.at(name.replace("in", "out"));
          const expected = folder.at(name.replace("in", "expected"));
          const { bytesIn, bytesOut } = await lowercase({ input, output: expected, compress, chunkBytes: CHUNK });
          await stopped({ input, output, compress });
          assert.equal(fs.existsSync(output), false);
          const lowered: number[] = [];
          const pool = inlinePool((task, [, length]) => {
            if (task === "lowerSlot") lowered.push(length as number);
          });
          let first: TextProgress | undefined;
          let last: TextProgress | undefined;
          const report = await lowercaseWith(() => pool, {
            input,
            output,
            compress,
            chunkBytes: CHUNK,
            processes: 2,
            checkpoint: true,
            onProgress: (progress) => {
              last = progress;
              first ??= progress;
            },
          });
          assert.ok(report.bytesResumed! > 4 * CHUNK, `${report.bytesResumed} bytes are not done again`);
          assert.deepEqual([report.bytesIn, report.bytesOut], [bytesIn, bytesOut]);
          assert.equal(lowered.reduce((sum, length) => sum + length, 0), bytesIn - report.bytesResumed!);
          assert.equal(first!.bytesIn, report.bytesResumed, "what was done is told at once");
          assert.equal(last!.bytesRead, fs.statSync(input).size);
          assert.equal(last!.resumed!.bytesIn, report.bytesResumed);
          assert.ok(fs.readFileSync(output).equals(fs.readFileSync(expected)), "it is what one run gives");
          assert.deepEqual(folder.files().filter((file) => file.startsWith(".")), []);
        }),
    );
  }

  test(
    "counts the text of compressed files that were done or begun, as one run does",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/a.gz", gzipSync(TEXT));
        folder.write("in/b", TEXT);
        folder.write("in/c.gz", gzipSync(""));
        folder.write("in/d.gz", gzipSync(TEXT));
        const options = { input: folder.at("in"), output: folder.at("out"), compress: "gzip" } as const;
        const { bytesIn, bytesOut } = await lowercase({ ...options, output: folder.at("expected"), chunkBytes: CHUNK });
        const resumed: number[] = [];
        for (const least of [0, 0.5, 1.5, 2.5, 2.9]) {
          const controller = new AbortController();
          const onProgress = (progress: { bytesIn: number }): void => {
            if (progress.bytesIn > least * bytesIn / 3) controller.abort(new Error("enough"));
          };
          await assert.rejects(run({ ...options, onProgress, signal: controller.signal }), /enough/);
        }
        const report = await run({ ...options, onProgress: (progress) => resumed.push(progress.resumed!.bytesIn) });
        assert.deepEqual([report.bytesIn, report.bytesOut], [bytesIn, bytesOut]);
        assert.ok(report.bytesResumed! > 2.9 * bytesIn / 3, `${report.bytesResumed} of ${bytesIn}`);
        assert.equal(resumed.at(-1), report.bytesResumed);
        for (const name of ["a", "b", "c", "d"]) {
          const [found, expected] = ["out", "expected"].map((output) => folder.at(output, `${name}.gz`));
          assert.ok(fs.readFileSync(found!).equals(fs.readFileSync(expected!)), name);
        }
      }),
  );

  test(
    "repeats no chunk that was recorded, and of files only those that are not done",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["a", "b", "c"]) folder.write(`in/${name}`, TEXT);
        const options = { input: folder.at("in"), output: folder.at("out") };
        const controller = new AbortController();
        const onProgress = ({ files }: { files: number }): void => {
          if (files === 2) controller.abort();
        };
        await assert.rejects(run({ ...options, onProgress, signal: controller.signal }));
        const before = ["a", "b"].map((name) => fs.statSync(folder.at("out", name)).ino);
        const read: string[] = [];
        const pool = inlinePool((_, [file]) => read.push((file as { path: string }).path));
        const report = await lowercaseWith(() => pool, {
          chunkBytes: CHUNK,
          processes: 2,
          ...options,
          checkpoint: true,
        });
        assert.equal(report.files, 3);
        assert.deepEqual(read.filter((path) => path !== folder.at("in", "c")), []);
        assert.deepEqual(["a", "b"].map((name) => fs.statSync(folder.at("out", name)).ino), before);
        for (const name of ["a", "b", "c"]) assert.equal(folder.read(`out/${name}`), TEXT.toLowerCase());
      }),
  );

  test(
    "an output that was replaced or removed since it was done is done again",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        for (const name of ["a", "b"]) folder.write(`in/${name}`, TEXT);
        folder.write("in/wrong", new Uint8Array(3 * CHUNK).fill(0xff));
        const options = { input: folder.at("in"), output: folder.at("out"), invalid: "error" } as const;
        assert.equal((await run(options)).files, 2);
        const { size } = fs.statSync(folder.at("out", "a"));
        fs.renameSync(folder.write("other", "x".repeat(size)), folder.at("out", "a"));
        fs.rmSync(folder.at("out", "b"));
        const report = await run(options);
        assert.equal(report.bytesResumed, undefined);
        for (const name of ["a", "b"]) assert.equal(folder.read(`out/${name}`), TEXT.toLowerCase());
      }),
  );

  for (
    const [title, change] of [
      ["of another size", (path: string) => fs.appendFileSync(path, "more")],
      ["written to", (path: string) => fs.utimesSync(path, new Date(), new Date(1e12))],
      ["of another content, though size and time are the same", (path: string) => {
        const { atime, mtime } = fs.statSync(path);
        const bytes = fs.readFileSync(path);
        bytes[bytes.length - 2]! ^= 1;
        fs.writeFileSync(path, bytes);
        fs.utimesSync(path, atime, mtime);
      }],
      ["removed", (path: string) => fs.rmSync(path)],
    ] as const
  ) {
    test(
      `refuses to go on with an input that is ${title}`,
      { timeout },
      () =>
        withInput(async (folder, input, output) => {
          fs.utimesSync(input, new Date(1e12 - 5000), new Date(1e12 - 5000));
          await stopped({ input, output });
          const before = folder.files();
          change(input);
          await assert.rejects(
            run({ input, output }),
            refused(
              "ERR_CHECKPOINT_MISMATCH",
              /Cannot resume .*: the input .* has changed: .*; to start anew, remove /,
            ),
          );
          assert.deepEqual(folder.files(), before.filter((name) => fs.existsSync(folder.at(name))));
          assert.equal(fs.existsSync(output), false);
        }),
    );
  }

  for (
    const [name, options] of [
      ["invalid", { invalid: "replace" }],
      ["chunkBytes", { chunkBytes: 2 * CHUNK }],
      ["compress", { compress: "gzip" }],
      ["decompress", { decompress: "none" }],
    ] as const
  ) {
    test(`refuses to go on with another ${name}`, { timeout }, () =>
      withInput(async (_, input, output) => {
        await stopped({ input, output });
        const message = new RegExp(`expected ${name} to be .* as before, found .*; to start anew, remove .*journal`);
        await assert.rejects(run({ input, output, ...options }), refused("ERR_CHECKPOINT_MISMATCH", message));
        // With the right options it does go on.
        await run({ input, output });
        assert.equal(fs.readFileSync(output, "utf8"), TEXT.toLowerCase());
      }));
  }

  test(
    "refuses to go on with a compressed input by other pieces",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write("in.gz", gzipSync(TEXT.repeat(60)));
        const output = folder.at("out.gz");
        const lower = (options: Pick<LowercaseOptions, "chunkBytes" | "onProgress" | "signal">): Promise<TextReport> =>
          lowercaseWith(() => inlinePool(), { input, output, processes: 2, checkpoint: true, ...options }, {
            interval: 0,
          });
        const controller = new AbortController();
        const { signal } = controller;
        const onProgress = ({ bytesIn }: TextProgress): void => {
          if (bytesIn > 0) controller.abort(new Error("enough"));
        };
        await assert.rejects(lower({ signal, onProgress }), /enough/);
        await assert.rejects(
          lower({ chunkBytes: 4 << 20 }),
          refused("ERR_CHECKPOINT_MISMATCH", /expected streamBytes to be 1048576 as before, found 4194304/),
        );
        await lower({});
        assert.equal(gunzipSync(fs.readFileSync(output)).toString(), TEXT.repeat(60).toLowerCase());
      }),
  );

  test("refuses to go on without an input that was there", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const [a, b] = [folder.write("a", TEXT), folder.write("b", TEXT)];
      await stopped({ input: [a, b], output: folder.at("out") });
      await assert.rejects(
        run({ input: [b, folder.write("c", TEXT)], output: folder.at("out") }),
        refused("ERR_CHECKPOINT_MISMATCH", /a is not among the inputs, as it was/),
      );
    }));

  test("refuses what can be gone through only once", { timeout }, () =>
    withInput(async (folder, input, output) => {
      const unsupported = (message: RegExp): (error: unknown) => boolean =>
        refused("ERR_CHECKPOINT_UNSUPPORTED", message);
      await assert.rejects(run({ input: "-", output }), unsupported(/found standard input/));
      await assert.rejects(run({ input, output: "-" }), unsupported(/found standard output/));
      await assert.rejects(run({ input, output: { write: () => {} } }), unsupported(/found a writer/));
      async function* bytes(): AsyncGenerator<Uint8Array> {}
      await assert.rejects(run({ input: bytes(), output }), unsupported(/\(stream\), which can be read only once/));
      assert.deepEqual(folder.files(), ["in"]);
    }));

  test(
    "an input that fails leaves the journal, and is all that is left to do",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/good", TEXT);
        folder.write("in/wrong", new Uint8Array(3 * CHUNK).fill(0xff));
        const options = { input: folder.at("in"), output: folder.at("out"), invalid: "error" } as const;
        for (const resumed of [undefined, new TextEncoder().encode(TEXT).length]) {
          const report = await run(options);
          assert.deepEqual(report.failed.map(({ path }) => path), [folder.at("in", "wrong")]);
          assert.equal(report.bytesResumed, resumed);
          assert.deepEqual(folder.files(), [".out.manyhands-journal", "in/good", "in/wrong", "out/good"]);
        }
        // What failed for good may be mended.
        folder.write("in/wrong", TEXT);
        assert.deepEqual((await run(options)).failed, []);
        assert.equal(folder.read("out/wrong"), TEXT.toLowerCase());
        assert.deepEqual(folder.files(), ["in/good", "in/wrong", "out/good", "out/wrong"]);
      }),
  );

  test(
    "two long names that begin alike do not share a temporary file",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const names = ["x", "y"].map((end) => "n".repeat(80) + end);
        names.forEach((name, index) => folder.write(`in/${name}`, TEXT + index));
        await run({ input: folder.at("in"), output: folder.at("out") });
        names.forEach((name, index) => assert.equal(folder.read(`out/${name}`), TEXT.toLowerCase() + index));
      }),
  );

  test(
    "an input that fails while its output is made to last fails alone",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const bytes = gzipSync("TEXT ".repeat(5 * CHUNK / 5));
        folder.write("in/damaged.gz", bytes.subarray(0, bytes.length - 8));
        folder.write("in/whole", TEXT);
        let tell!: () => void;
        const failed = new Promise<void>((resolve) => tell = resolve);
        const report = await lowercaseWith(() => inlinePool(), {
          input: folder.at("in"),
          output: folder.at("out"),
          compress: "none",
          chunkBytes: CHUNK,
          processes: 2,
          checkpoint: true,
          onError: () => tell(),
        }, {
          interval: 0,
          disk: {
            ...disk,
            // Its output is removed by then.
            sync: async (path) => {
              if (path.includes("damaged")) await failed;
              await disk.sync(path);
            },
          },
        });
        assert.deepEqual(report.failed.map(({ path }) => path), [folder.at("in/damaged.gz")]);
        assert.equal(folder.read("out/whole"), TEXT.toLowerCase());
      }),
  );

  test(
    "a journal that cannot be written is an error that names it",
    { timeout },
    () =>
      withInput(async (folder, input, output) => {
        fs.mkdirSync(journalPath(output));
        await assert.rejects(run({ input, output }), (error: FileError) => {
          assert.ok(error instanceof FileError, `${error}`);
          assert.match(error.message, /Cannot write .*-journal: /);
          return true;
        });
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );
});

describe("the lock of a checkpoint", () => {
  const options = (output: string) => ({ output, identity: {}, onFailure: () => {} });

  test(
    "keeps a second run away until the first has ended",
    { timeout },
    () =>
      withInput(async (folder, input, output) => {
        const first = await Checkpoint.open(options(output));
        await assert.rejects(
          run({ input, output }),
          refused("ERR_CHECKPOINT_LOCKED", new RegExp(`Cannot work on .*: process ${process.pid} on .* works on it$`)),
        );
        await first.finish();
        await run({ input, output });
        assert.deepEqual(folder.files(), ["in", "out"]);
      }),
  );

  test("is not kept by a program that is gone", { timeout }, () =>
    withInput(async (folder, input, output) => {
      const { pid } = spawnSync(process.execPath, ["--version"]);
      const host = os.hostname().replace(/[^A-Za-z0-9.-]/g, "_").slice(0, 64);
      folder.write(`.out.manyhands-journal.${host}-${pid}-12345-abc.lock`, "");
      await run({ input, output });
      assert.deepEqual(folder.files(), ["in", "out"]);
    }));

  test(
    "of another machine is believed, and the message says which file to remove",
    { timeout },
    () =>
      withInput(async (folder, input, output) => {
        const lock = folder.write(".out.manyhands-journal.else.where-17-12345-abc.lock", "");
        await assert.rejects(
          run({ input, output }),
          refused(
            "ERR_CHECKPOINT_LOCKED",
            /process 17 on else\.where works on it; if it does so no more, remove .*\.lock$/,
          ),
        );
        assert.ok(fs.existsSync(lock));
      }),
  );
});
