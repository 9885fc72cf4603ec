import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { FileError } from "../../src/core/errors.ts";
import type { TextKernel } from "../../src/kernels/text_kernel.ts";
import { adoptTextKernel } from "../../src/text/kernel_call.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import { mapKernelWith } from "../../src/text/map_kernel.ts";
import { type LowercaseOptions, mapText, type TextReport } from "../../src/text/mod.ts";
import { invert } from "./fixtures/text_kernels.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const CHUNK = 65_536;

type Options = Pick<LowercaseOptions, "input" | "output" | "checkpoint" | "compress" | "signal" | "onProgress">;

const runs: Readonly<Record<string, (options: Options) => Promise<TextReport>>> = {
  lowercase: (options) => lowercaseWith(() => inlinePool(), { chunkBytes: CHUNK, processes: 1, ...options }),
  mapKernel: (options) =>
    mapKernelWith((_, source: TextKernel) => {
      adoptTextKernel(source);
      return inlinePool();
    }, { kernel: invert, chunkBytes: CHUNK, processes: 1, ...options }),
  mapText: (options) => mapText({ task: (line: string) => line, chunkBytes: CHUNK, processes: 1, ...options }),
};

/** Lines of digits, which take about half of their length when they are compressed. */
function someText(lines: number): string {
  let state = 1;
  return Array.from({ length: lines }, () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return `${state.toString(16).toUpperCase()}\n`;
  }).join("");
}

/** More than is read of a file before the first of it is worked on. */
const TEXT = someText(300_000);
const STORED = gzipSync(TEXT, { level: 1 });
/** Long before what changes a file here. */
const BEFORE = new Date(2020, 1, 1);

const changes: readonly (readonly [name: string, change: (path: string) => void, found: RegExp])[] = [
  ["grows", (path) => fs.appendFileSync(path, gzipSync("more")), /its size went from \d+ to \d+ bytes$/],
  ["is cut", (path) => fs.truncateSync(path, 600_000), /its size went from \d+ to 600000 bytes$/],
  ["is emptied", (path) => fs.truncateSync(path, 0), /its size went from \d+ to 0 bytes$/],
  ["is written to", (path) => fs.writeFileSync(path, STORED), /it was written to$/],
  ["is damaged", (path) => fs.writeFileSync(path, STORED.map((byte) => byte ^ 1)), /it was written to$/],
  ["is replaced", (path) => {
    fs.writeFileSync(`${path}.new`, STORED);
    fs.renameSync(`${path}.new`, path);
  }, /another file took its place$/],
  ["is removed", (path) => fs.rmSync(path), /it was removed$/],
];

describe("an input that changes during the run", () => {
  for (const [name, run] of Object.entries(runs)) {
    for (const [does, change, found] of name === "lowercase" ? changes : changes.slice(3, 5)) {
      test(
        `${name} tells that a compressed one ${does}, and has no output`,
        { timeout },
        () =>
          inTemporaryFolder(async (folder) => {
            const input = folder.write("in.gz", STORED);
            fs.utimesSync(input, BEFORE, BEFORE);
            let isChanged = false;
            const { failed, files } = await run({
              input,
              output: folder.at("out.txt"),
              compress: "none",
              onProgress: ({ bytesIn }) => {
                if (bytesIn === 0 || isChanged) return;
                isChanged = true;
                change(input);
              },
            });
            assert.equal(failed.length, 1);
            const { error } = failed[0]!;
            assert.ok(error instanceof FileError, `${error}`);
            assert.equal(error.code, "ERR_INPUT_CHANGED");
            assert.match(error.message, /in\.gz changed while it was read: /);
            assert.match(error.message, found);
            assert.equal(files, 0);
            assert.deepEqual(folder.files().filter((name) => name !== "in.gz"), []);
          }),
      );
    }

    test(
      `${name} tells that a file that is not compressed is emptied`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const input = folder.write("in", TEXT);
          const onProgress = (): void => fs.truncateSync(input, 0);
          const { failed } = await run({ input, output: folder.at("out"), onProgress });
          assert.match(failed[0]!.error.message, /in changed while it was read: its size went from \d+ to 0 bytes$/);
          assert.deepEqual(folder.files(), ["in"]);
        }),
    );

    test(
      `${name} tells it in a run that is resumed, and begins anew after that`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const input = folder.write("in.gz", STORED);
          fs.utimesSync(input, BEFORE, BEFORE);
          const options = { input, output: folder.at("out.txt"), compress: "none", checkpoint: true } as const;
          const controller = new AbortController();
          const stopping = run({
            ...options,
            signal: controller.signal,
            onProgress: ({ bytesIn }) => {
              if (bytesIn > 8 * CHUNK) controller.abort(new Error("enough"));
            },
          });
          await assert.rejects(stopping, /enough/);
          let isChanged = false;
          const { failed } = await run({
            ...options,
            onProgress: () => {
              if (!isChanged) fs.appendFileSync(input, gzipSync("MORE\n"));
              isChanged = true;
            },
          });
          assert.match(failed[0]!.error.message, /in\.gz changed while it was read: its size went from/);
          assert.equal(fs.existsSync(options.output), false);
          const last = await run(options);
          assert.deepEqual([last.files, last.failed, last.bytesIn], [1, [], TEXT.length + 5]);
          assert.equal(fs.statSync(options.output).size, TEXT.length + 5);
          assert.deepEqual(folder.files(), ["in.gz", "out.txt"]);
        }),
    );
  }
});
