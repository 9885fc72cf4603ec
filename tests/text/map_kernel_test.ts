import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { type RegisteredKernel, registerKernel, type TextCut } from "../../mod.ts";
import type { TextKernel } from "../../src/kernels/text_kernel.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { adoptTextKernel } from "../../src/text/kernel_call.ts";
import { mapKernelWith } from "../../src/text/map_kernel.ts";
import {
  type CheckpointError,
  KernelError,
  mapKernel,
  type MapKernelOptions,
  type TextReport,
} from "../../src/text/mod.ts";
import { invert, kernelOf, twice } from "./fixtures/text_kernels.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const CHUNK = 4096;
const WINDOW = 128 * 1024;

function run(options: MapKernelOptions): Promise<TextReport> {
  const startPool = (_: number, source: TextKernel) => {
    adoptTextKernel(source);
    return inlinePool();
  };
  return mapKernelWith(startPool, { processes: 2, chunkBytes: CHUNK, ...options });
}

const inverted = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);

function doubled(bytes: Uint8Array): Uint8Array {
  const kept = bytes.filter((byte) => byte !== 32);
  return Uint8Array.from({ length: 2 * kept.length }, (_, at) => kept[at >> 1]!);
}

/** Bytes of all kinds but X and Y, at which a kernel traps and loops. */
function someBytes(length: number): Uint8Array {
  let state = length;
  return Uint8Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    const byte = (state >>> 16) & 0xff;
    return byte === 88 || byte === 89 ? 32 : byte;
  });
}

const text = "Привет МИР, 中文 😀 don't STOP\n";

function textOf(bytes: number): Uint8Array {
  return new TextEncoder().encode(text.repeat(Math.ceil(bytes / 30))).subarray(0, bytes);
}

function same(folder: TemporaryFolder, name: string, expected: Uint8Array): void {
  assert.ok(Buffer.from(expected).equals(fs.readFileSync(folder.at(name))), `${name} is as expected`);
}

async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("mapKernel", () => {
  test(
    "a kernel works in workers of its own, in which a trap ends no more than its input",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const bytes = someBytes(300_000);
        folder.write("in/a", "aXb");
        folder.write("in/large", bytes);
        folder.write("in/z", "abc");
        const report = await mapKernel({
          kernel: invert,
          input: folder.at("in"),
          output: folder.at("out"),
          processes: 2,
        });
        assert.deepEqual(report.failed.map(({ error }) => (error as KernelError).code), ["ERR_KERNEL_TRAPPED"]);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), ["out/large", "out/z"]);
        same(folder, "out/large", inverted(bytes));
        same(folder, "out/z", inverted(new TextEncoder().encode("abc")));
      }),
  );

  for (
    const [title, kernel, expected] of [
      ["in place", invert, inverted],
      ["that changes lengths", twice, doubled],
    ] as const
  ) {
    for (const ordered of [true, false]) {
      test(
        `a kernel ${title} works on files of all sizes, ${ordered ? "in order" : "in any order"}`,
        { timeout },
        () =>
          inTemporaryFolder(async (folder) => {
            const sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 70_001];
            for (const size of sizes) folder.write(`in/${size}`, someBytes(size));
            const report = await run({ kernel, input: folder.at("in"), output: folder.at("out"), ordered });
            for (const size of sizes) same(folder, `out/${size}`, expected(someBytes(size)));
            const bytes = sizes.reduce((sum, size) => sum + size);
            assert.deepEqual([report.files, report.failed, report.bytesIn], [sizes.length, [], bytes]);
          }),
      );
    }

    test(
      `a kernel ${title} works on streams, compressed files and one common output`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const bytes = someBytes(50_001);
          const written: Uint8Array[] = [];
          const writer = { write: (piece: Uint8Array) => void written.push(piece.slice()) };
          await run({ kernel, input: piecesOf(bytes, 777), output: writer });
          assert.ok(Buffer.concat(written).equals(expected(bytes)));

          folder.write("in/a.gz", gzipSync(bytes));
          folder.write("in/b", bytes);
          const report = await run({ kernel, input: folder.at("in"), output: folder.at("out") });
          assert.deepEqual(report.failed, []);
          assert.ok(gunzipSync(fs.readFileSync(folder.at("out/a.gz"))).equals(expected(bytes)));
          same(folder, "out/b", expected(bytes));

          await run({
            kernel,
            input: [folder.at("in/a.gz"), folder.at("in/b")],
            output: folder.at("all"),
            concat: true,
          });
          same(folder, "all", Buffer.concat([expected(bytes), expected(bytes)]));
        }),
    );
  }

  for (const cut of ["characters", "lines"] as const satisfies TextCut[]) {
    test(
      `pieces are cut between ${cut} and hold all of the text`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const kernel = kernelOf("piece", { cut, growth: 2 });
          // Larger than a window, so that chunks are cut inside too; the last line lacks its end.
          const bytes = textOf(2 * WINDOW + 12_347);
          folder.write("in/large", bytes);
          folder.write("in/packed.gz", gzipSync(bytes));
          for (const chunkBytes of [CHUNK, 2 * WINDOW]) {
            const output = folder.at(`out${chunkBytes}`);
            await run({ kernel, input: folder.at("in"), output, chunkBytes, compress: "none" });
            for (const name of ["large", "packed"]) {
              const pieces = splitAtZeros(fs.readFileSync(`${output}/${name}`));
              assert.ok(Buffer.concat(pieces).equals(bytes));
              assert.ok(pieces.length >= bytes.length / Math.min(chunkBytes, WINDOW) - 1);
              for (const [index, piece] of pieces.entries()) {
                const isLast = index === pieces.length - 1;
                const decoded = new TextDecoder("utf-8", { fatal: !isLast }).decode(piece);
                if (cut === "lines" && !isLast) assert.ok(decoded.endsWith("\n"));
              }
            }
          }
        }),
    );
  }

  test(
    "bytes that are no UTF-8 are cut somewhere and all there",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const kernel = kernelOf("piece", { growth: 2 });
        const bytes = new Uint8Array(5 * CHUNK + 3).fill(0x80);
        bytes.set(new TextEncoder().encode("😀"), CHUNK - 1);
        const input = folder.write("in", bytes);
        await run({ kernel, input, output: folder.at("out") });
        const pieces = splitAtZeros(fs.readFileSync(folder.at("out")));
        assert.ok(Buffer.concat(pieces).equals(bytes));
        assert.ok(pieces.every((piece) => (piece.indexOf(0xf0) < 0) || piece.includes(Buffer.from("😀"))));
      }),
  );

  test(
    "a line may have a chunk, and one byte more fails its input with its place",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const kernel = kernelOf("piece", { cut: "lines", growth: 2 });
        const line = (bytes: number) => Buffer.concat([new Uint8Array(bytes - 1).fill(97), Uint8Array.of(10)]);
        const fits = Buffer.concat([line(100), line(CHUNK), line(CHUNK), line(3)]);
        const exceeds = Buffer.concat([line(100), line(CHUNK + 1), line(3), line(2 * CHUNK)]);
        folder.write("in/exceeds", exceeds);
        folder.write("in/exceeds.gz", gzipSync(exceeds));
        folder.write("in/fits", fits);
        folder.write("in/fits.gz", gzipSync(fits));
        const report = await run({ kernel, input: folder.at("in"), output: folder.at("out") });
        assert.equal(report.files, 2);
        for (const { path, error } of report.failed) {
          assert.ok(error instanceof KernelError);
          assert.equal(error.code, "ERR_KERNEL_LINE_TOO_LONG");
          assert.deepEqual([error.path, error.start, error.end], [path, 100, 100 + CHUNK]);
        }
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), ["out/fits", "out/fits.gz"]);
        assert.ok(Buffer.concat(splitAtZeros(fs.readFileSync(folder.at("out/fits")))).equals(fits));
      }),
  );

  test(
    "a trap fails its input with the range, and the others go on",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const bytes = someBytes(5 * CHUNK);
        const bad = bytes.slice();
        bad[2 * CHUNK + 5] = 88;
        folder.write("in/bad", bad);
        folder.write("in/good", bytes);
        folder.write("in/small", "aXb");
        const report = await run({ kernel: invert, input: folder.at("in"), output: folder.at("out") });
        assert.equal(report.files, 1);
        const failed = Object.fromEntries(report.failed.map(({ path, error }) => [path, error as KernelError]));
        const { [folder.at("in/bad")]: large, [folder.at("in/small")]: small } = failed;
        assert.ok(large instanceof KernelError && small instanceof KernelError);
        assert.deepEqual([large.code, large.start, large.end], ["ERR_KERNEL_TRAPPED", 2 * CHUNK, 3 * CHUNK]);
        assert.deepEqual([small.start, small.end, small.path], [0, 3, folder.at("in/small")]);
        assert.match(small.message, /in\/small, bytes 0 to 3: the kernel trapped: unreachable/i);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), ["out/good"]);
      }),
  );

  for (const [name, found] of [["negative", "-1"], ["long", "4"], ["silent", "undefined"]] as const) {
    test(
      `a kernel that returns ${found} for a piece of 3 bytes is told from one that works`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const report = await run({
            kernel: kernelOf(name),
            input: folder.write("in", "abc"),
            output: folder.at("out"),
          });
          const [{ error } = assert.fail("it failed")] = report.failed;
          assert.ok(error instanceof KernelError);
          assert.equal(error.code, "ERR_KERNEL_RESULT");
          assert.match(error.message, new RegExp(`return a length from 0 to 3, found ${found}`));
          assert.deepEqual(folder.files(), ["in"]);
        }),
    );
  }

  test(
    "what is no kernel for text is refused before anything is written",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const files = { input: folder.write("in", "abc"), output: folder.at("out") };
        const wasm = new URL("./fixtures/text_kernels.wasm", import.meta.url);
        const signed = registerKernel(import.meta, wasm, { b: "invert" });
        await assert.rejects(run({ kernel: signed, ...files }), {
          name: "TypeError",
          message: /for text or for bytes/,
        });
        await assert.rejects(run({ kernel: 5 as unknown as RegisteredKernel, ...files }), { message: /found 5/ });
        await assert.rejects(run({ kernel: kernelOf("three"), ...files }), {
          name: "TypeError",
          message: /expected three to take 2 or 4 parameters, found 3/,
        });
        await assert.rejects(run({ kernel: invert, timeout: 0, ...files }), { name: "RangeError", message: /found 0/ });
        assert.throws(() => kernelOf("absent"), { message: /exports no function "absent"/ });
        assert.throws(() => kernelOf("piece", { growth: 65 }), { name: "RangeError", message: /up to 64, found 65/ });
        assert.throws(() => kernelOf("piece", { cut: "words" as TextCut }), { message: /"lines", found "words"/ });
        assert.throws(() => kernelOf("piece")(new Uint8Array(1)), { message: /expected one of no arrays, but text/ });
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );

  test(
    "a run that is stopped goes on with its checkpoint, for the same kernel only",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const bytes = someBytes(60 * CHUNK);
        folder.write("in/a", bytes);
        folder.write("in/b.gz", gzipSync(bytes));
        for (
          const [name, kernel, expected, stopAfter] of [
            ["a", invert, inverted, 10 * CHUNK],
            ["b.gz", invert, inverted, 70 * CHUNK],
            ["twice", twice, doubled, 70 * CHUNK],
          ] as const
        ) {
          const options = { kernel, input: folder.at("in"), output: folder.at(`out-${name}`), checkpoint: true };
          const controller = new AbortController();
          const stopped = run({
            ...options,
            signal: controller.signal,
            onProgress: ({ bytesIn }) => bytesIn > stopAfter && controller.abort(new Error("enough")),
          });
          await assert.rejects(stopped, /enough/);
          const other = kernel === invert ? twice : invert;
          await assert.rejects(
            run({ ...options, kernel: other }),
            { code: "ERR_CHECKPOINT_MISMATCH" } as CheckpointError,
          );
          const report = await run(options);
          assert.deepEqual(report.failed, []);
          assert.ok(report.bytesResumed! > stopAfter, `${report.bytesResumed} bytes are not done again`);
          assert.equal(report.bytesIn, 120 * CHUNK);
          same(folder, `out-${name}/a`, expected(bytes));
          assert.ok(gunzipSync(fs.readFileSync(folder.at(`out-${name}/b.gz`))).equals(expected(bytes)));
        }
      }),
  );

  test(
    "an aborted run rejects with the reason of its signal and leaves no output",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const controller = new AbortController();
        const input = folder.write("in", someBytes(200 * CHUNK));
        const stopped = run({
          kernel: invert,
          input,
          output: folder.at("out"),
          signal: controller.signal,
          onProgress: () => controller.abort(new Error("enough")),
        });
        await assert.rejects(stopped, /enough/);
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );

  test("a run gives its memory back", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in", someBytes(20 * CHUNK));
      const once = () => run({ kernel: twice, input, output: folder.at("out") });
      await once();
      const before = accounting().used;
      await once();
      assert.equal(accounting().used, before);
    }));
});

/** The pieces before the zero bytes that end each. */
function splitAtZeros(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    assert.ok(end >= 0, "the output ends with a piece");
    pieces.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return pieces;
}
