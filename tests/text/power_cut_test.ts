import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import type { LowercaseOptions, TextReport } from "../../src/text/mod.ts";
import type { RunnerPool } from "../../src/text/task_runner.ts";
import { PowerCut, PowerCutDisk, type Random } from "./power_cut_disk.ts";
import { hardText } from "./sample_text.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const CHUNK = 4096;
const CUTS = 6;
const NUM_RUNS = Number(process.env["MANYHANDS_POWER_CUTS"] ?? 10);

/** Runs tasks in this thread as long as there is power. */
function poweredPool(disk: PowerCutDisk): RunnerPool {
  return {
    async apply(fn, args) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      disk.step();
      const result = fn(...args);
      if (fn.name === "lowerFiles") {
        for (const { done } of result as unknown as { done?: { temporary: string } }[]) {
          if (done !== undefined) disk.synced(done.temporary);
        }
      }
      disk.step();
      return result;
    },
    terminate: () => Promise.resolve(),
  };
}

function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * limit);
  };
}

/** A text of so many chunks, made of a hard one over and over. */
function longText(piece: Uint8Array, chunks: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(chunks * CHUNK));
  const unit = piece.length === 0 ? new TextEncoder().encode("EMPTY ") : piece;
  for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit.subarray(0, bytes.length - at), at);
  return bytes;
}

interface Scene {
  readonly inputs: readonly string[];
  readonly names: readonly string[];
  readonly options: Omit<LowercaseOptions, "input" | "output">;
}

/** What the outputs are where nothing happens. */
async function undisturbed(folder: TemporaryFolder, scene: Scene): Promise<Uint8Array[]> {
  await lowercaseWith(() => quietPool, { ...scene.options, input: scene.inputs, output: `${folder.at("expected")}/` });
  return scene.names.map((name) => fs.readFileSync(folder.at("expected", name)));
}

const quietPool: RunnerPool = {
  async apply(fn, args) {
    await Promise.resolve();
    return fn(...args);
  },
  terminate: () => Promise.resolve(),
};

describe("lowercase with a checkpoint, the power cut", () => {
  test(
    "never leaves a wrong output under its name, and resumed ends as if nothing had happened",
    { timeout: 60_000 + NUM_RUNS * 20_000 },
    async () => {
      const texts = fc.array(fc.tuple(hardText, fc.constantFrom(0, 0.1, 0.9, 2.5, 7, 12.3)), {
        minLength: 1,
        maxLength: 4,
      });
      const form = fc.constantFrom("none", "gzip", "packed input");
      let resumed = 0;
      await fc.assert(
        fc.asyncProperty(
          texts,
          form,
          fc.boolean(),
          fc.boolean(),
          fc.nat(),
          fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: CUTS }),
          (parts, compression, hasOld, ordered, seed, cuts) =>
            inTemporaryFolder(async (folder) => {
              const inputs = parts.map(([piece, chunks], index) => {
                const text = longText(piece, chunks);
                const packed = compression === "packed input" && index === 0;
                return folder.write(`in/${index}.txt${packed ? ".gz" : ""}`, packed ? gzipSync(text) : text);
              });
              const names = inputs.map((input, index) =>
                `${index}.txt${
                  compression === "gzip" || (compression === "packed input" && input.endsWith(".gz")) ? ".gz" : ""
                }`
              );
              const options = {
                chunkBytes: CHUNK,
                processes: 2,
                ordered,
                compress: compression === "gzip" ? "gzip" : "auto",
              } as const;
              const scene: Scene = { inputs, names, options };
              const expected = await undisturbed(folder, scene);
              // Old outputs of the same lengths, which must not be taken for new ones.
              const old = expected.map(({ length }) => new Uint8Array(length).fill(0x2e));
              if (hasOld) names.forEach((name, index) => folder.write(`work/out/${name}`, old[index]!));
              else fs.mkdirSync(folder.at("work"));
              const disk = new PowerCutDisk(folder.at("work"), randomOf(seed), cuts[0]!);
              const check = (when: string): void =>
                names.forEach((name, index) => {
                  const target = folder.at("work", "out", name);
                  if (!fs.existsSync(target)) return assert.equal(hasOld, false, `${name} is gone ${when}`);
                  const found = fs.readFileSync(target);
                  const isOld = hasOld && found.equals(old[index]!);
                  assert.ok(isOld || found.equals(expected[index]!), `${name} is neither old nor new ${when}`);
                });
              const run = (): Promise<TextReport> =>
                lowercaseWith(
                  () => poweredPool(disk),
                  { ...options, input: inputs, output: `${folder.at("work", "out")}/`, checkpoint: true },
                  { disk, interval: 0 },
                );
              for (let count = 1; count <= cuts.length; count++) {
                await run().catch((error) => {
                  if (!disk.isCut) throw error;
                });
                if (!disk.isCut) break;
                disk.restore(cuts[count] ?? Infinity);
                check(`after cut ${count}`);
              }
              disk.restore(Infinity);
              const report = await run();
              if ((report.bytesResumed ?? 0) > 0) resumed++;
              assert.deepEqual(report.failed, []);
              names.forEach((name, index) =>
                assert.ok(
                  fs.readFileSync(folder.at("work", "out", name)).equals(expected[index]!),
                  `${name} at the end`,
                )
              );
              const left = folder.files().filter((name) => name.startsWith("work/"));
              assert.deepEqual(left, names.map((name) => `work/out/${name}`).sort());
            }),
        ),
        { numRuns: NUM_RUNS },
      );
      assert.ok(resumed > 0, "some runs go on with what an earlier one left");
    },
  );

  test("is noticed by everything that comes after it", { timeout: 10_000 }, () =>
    inTemporaryFolder((folder) => {
      const disk = new PowerCutDisk(folder.path, randomOf(1), 1);
      assert.throws(() => disk.write(folder.at("a"), new Uint8Array(1), 0), PowerCut);
      assert.throws(() => disk.status(folder.at("a")), PowerCut);
      assert.deepEqual(folder.files(), []);
    }));
});
