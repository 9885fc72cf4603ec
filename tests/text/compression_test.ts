import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { decompressFrame } from "../../src/runtime/compression.ts";
import type { Compression } from "../../src/runtime/compression.ts";
import type { FileError } from "../../src/core/errors.ts";
import { lowercase } from "../../src/text/mod.ts";
import type { TextProgress } from "../../src/text/report.ts";
import { zstdFrames } from "../../src/text/zstd_frames.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const CHUNK = 4096;

function pack(text: string | Uint8Array, form: Compression): Buffer {
  return form === "gzip" ? zlib.gzipSync(text) : zlib.zstdCompressSync(text);
}

/** The text of a compressed file, of however many members or frames. */
async function unpack(bytes: Uint8Array, form: Compression): Promise<string> {
  if (form === "gzip") return zlib.gunzipSync(bytes).toString();
  return Buffer.concat(await collect(zstdFrames(inPieces(bytes, [bytes.length]), decompressFrame))).toString();
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  // A piece is good until the next one is asked for.
  for await (const piece of pieces) all.push(piece.slice());
  return all;
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

const LINE = "Привет МИР, ΟΔΟΣ Straße\n";
const LOWERED = "привет мир, οδος straße\n";

for (const [form, suffix] of [["gzip", "gz"], ["zstd", "zst"]] as const) {
  describe(`compression by ${form}`, () => {
    test(
      "reads a file of several members or frames whole and writes as its name says",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const parts = [LINE.repeat(3000), "", LINE.repeat(10)];
          const input = folder.write(`in.${suffix}`, Buffer.concat(parts.map((part) => pack(part, form))));
          const report = await lowercase({ input, output: folder.at("out.txt"), chunkBytes: CHUNK });
          assert.deepEqual(report.failed, []);
          assert.equal(folder.read("out.txt"), LOWERED.repeat(3010));
          await lowercase({ input: folder.at("out.txt"), output: folder.at(`out.${suffix}`), chunkBytes: CHUNK });
          assert.equal(await unpack(fs.readFileSync(folder.at(`out.${suffix}`)), form), LOWERED.repeat(3010));
        }),
    );

    test(
      "mirrors a folder in the form of its files, or in the one asked for",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          folder.write(`in/a.${suffix}`, pack("A", form));
          folder.write("in/b.txt", "B");
          folder.write(`in/empty.${suffix}`, pack("", form));
          const files = (root: string): string[] => folder.files().filter((name) => name.startsWith(`${root}/`));
          await lowercase({ input: folder.at("in"), output: folder.at("same") });
          assert.deepEqual(files("same"), [`same/a.${suffix}`, "same/b.txt", `same/empty.${suffix}`]);
          assert.equal(await unpack(fs.readFileSync(folder.at(`same/a.${suffix}`)), form), "a");
          assert.equal(await unpack(fs.readFileSync(folder.at(`same/empty.${suffix}`)), form), "");
          assert.equal(folder.read("same/b.txt"), "b");
          await lowercase({ input: folder.at("in"), output: folder.at("plain"), compress: "none" });
          assert.deepEqual(files("plain"), ["plain/a", "plain/b.txt", "plain/empty"]);
          assert.equal(folder.read("plain/a"), "a");
          await lowercase({ input: folder.at("in"), output: folder.at("all"), compress: form });
          assert.deepEqual(files("all"), [`all/a.${suffix}`, `all/b.txt.${suffix}`, `all/empty.${suffix}`]);
          assert.equal(await unpack(fs.readFileSync(folder.at(`all/b.txt.${suffix}`)), form), "b");
        }),
    );

    test(
      "by choice, whatever the names, also of streams and writers",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const output: Uint8Array[] = [];
          await lowercase({
            input: inPieces(pack(LINE.repeat(2000), form), [7, 100]),
            output: { write: (bytes) => void output.push(bytes.slice()) },
            decompress: form,
            compress: form,
            chunkBytes: CHUNK,
          });
          assert.equal(await unpack(Buffer.concat(output), form), LOWERED.repeat(2000));
          const bytes = pack("A", form);
          const input = folder.write(`in.${suffix}`, bytes);
          await lowercase({ input, output: folder.at("same"), decompress: "none", invalid: "pass" });
          assert.equal(fs.statSync(folder.at("same")).size, bytes.length);
        }),
    );

    test(
      "a file that is damaged or cut off fails, and only it",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const whole = pack(LINE.repeat(5000), form);
          folder.write(`in/cut.${suffix}`, whole.subarray(0, whole.length - 9));
          folder.write(`in/other.${suffix}`, "THIS IS PLAIN TEXT");
          folder.write(`in/trailed.${suffix}`, Buffer.concat([pack("A", form), Buffer.from("\x28TRAILING TEXT")]));
          folder.write(`in/whole.${suffix}`, whole);
          const report = await lowercase({ input: folder.at("in"), output: folder.at("out"), compress: "none" });
          const failed = report.failed.map(({ path }) => path.slice(folder.at("in").length + 1)).sort();
          for (const { path, error } of report.failed) {
            assert.equal((error as FileError).code, "ERR_INPUT_UNREADABLE");
            assert.ok(error.message.startsWith(`Cannot read ${path} as ${form}: `), error.message);
          }
          // What follows a gzip member and is none is left out, as by gzip itself.
          assert.deepEqual(failed.filter((name) => !name.startsWith("trailed")), [`cut.${suffix}`, `other.${suffix}`]);
          assert.equal(folder.read("out/whole"), LOWERED.repeat(5000));
          assert.deepEqual(folder.files().filter((name) => /tmp$|out.cut|out.other/.test(name)), []);
        }),
    );

    test(
      "a damaged file that is mended is begun anew by a run that resumes",
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const whole = pack(LINE.repeat(5000), form);
          const input = folder.write(`in.${suffix}`, whole.subarray(0, whole.length - 9));
          const options = { input, output: folder.at("out"), chunkBytes: CHUNK, checkpoint: true };
          const { failed } = await lowercase(options);
          assert.equal(failed.length, 1);
          folder.write(`in.${suffix}`, whole);
          assert.deepEqual((await lowercase(options)).failed, []);
          assert.equal(folder.read("out"), LOWERED.repeat(5000));
          assert.deepEqual(folder.files(), [`in.${suffix}`, "out"]);
        }),
    );

    test("progress counts what is read of what is stored", { timeout }, () =>
      inTemporaryFolder(async (folder) => {
        const input = folder.write(`in.${suffix}`, pack(LINE.repeat(3000), form));
        const seen: TextProgress[] = [];
        await lowercase({ input, output: folder.at("out"), chunkBytes: CHUNK, onProgress: (one) => seen.push(one) });
        const last = seen.at(-1)!;
        assert.equal(last.bytesTotal, fs.statSync(input).size);
        assert.equal(last.bytesRead, last.bytesTotal);
        assert.equal(last.bytesIn, Buffer.byteLength(LINE) * 3000);
      }));
  });
}

describe("zstdFrames", () => {
  test("takes apart frames of every shape, in pieces of any size", { timeout }, async () => {
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag } = zlib.constants;
    const text = fc.oneof(fc.string(), fc.constant("A".repeat(300_000)), fc.constant(LINE.repeat(400)));
    const frame = fc.record({ text, checksum: fc.nat(1), size: fc.nat(1), skip: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        async (frames, sizes) => {
          const bytes = Buffer.concat(frames.flatMap(({ text, checksum, size, skip }) => [
            zlib.zstdCompressSync(text, {
              params: { [ZSTD_c_checksumFlag]: checksum, [ZSTD_c_contentSizeFlag]: size },
            }),
            ...(skip ? [skippable] : []),
          ]));
          const found = await collect(zstdFrames(inPieces(bytes, sizes), decompressFrame));
          assert.equal(Buffer.concat(found).toString(), frames.map(({ text }) => text).join(""));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("refuses what is cut off anywhere", { timeout }, async () => {
    const bytes = zlib.zstdCompressSync(LINE.repeat(10));
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(collect(zstdFrames(inPieces(bytes.subarray(0, length), [16]), decompressFrame)));
    }
  });
});
