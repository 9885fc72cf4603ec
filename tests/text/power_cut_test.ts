import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import type { TextReport } from "../../src/text/mod.ts";
import type { RunnerPool } from "../../src/text/task_runner.ts";
import { PowerCut, PowerCutDisk, type Random } from "./power_cut_disk.ts";
import { hardText } from "./sample_text.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const CHUNK = 4096;
const CUTS = 6;
/** Of how many steps one is tried; the long form tries each. */
const STRIDE = process.env["MANYHANDS_POWER_CUTS"] === undefined ? 9 : 1;
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

/** What is lower-cased, how, and when the power is cut. */
interface Scene {
  /** A piece that a text consists of, and its chunks. */
  readonly texts: readonly (readonly [piece: Uint8Array, chunks: number])[];
  readonly form: "plain" | "compressed output" | "compressed input";
  /** Whether there are old outputs, of the same lengths as the new ones. */
  readonly hasOld: boolean;
  readonly ordered: boolean;
  readonly seed: number;
  /** Steps of each run but the last. */
  readonly cuts: readonly number[];
}

const quietPool: RunnerPool = {
  async apply(fn, args) {
    await Promise.resolve();
    return fn(...args);
  },
  terminate: () => Promise.resolve(),
};

/** Plays a scene to its end and checks the outputs all the way; resolves with the number of cuts and the last report. */
function play({ texts, form, hasOld, ordered, seed, cuts }: Scene): Promise<{ count: number; report: TextReport }> {
  return inTemporaryFolder(async (folder) => {
    const contents = texts.map(([piece, chunks]) => longText(piece, chunks));
    const input = contents.map((text, index) => {
      return form === "compressed input"
        ? folder.write(`in/${index}.gz`, gzipSync(text))
        : folder.write(`in/${index}`, text);
    });
    const names = texts.map((_, index) => form === "plain" ? `${index}` : `${index}.gz`);
    const compress = form === "compressed output" ? "gzip" : "auto";
    const options = { input, chunkBytes: CHUNK, processes: 2, ordered, compress } as const;
    await lowercaseWith(() => quietPool, { ...options, output: `${folder.at("expected")}/` });
    const expected = names.map((name) => fs.readFileSync(folder.at("expected", name)));
    const old = expected.map(({ length }) => new Uint8Array(length).fill(0x2e));
    fs.mkdirSync(folder.at("work"));
    if (hasOld) names.forEach((name, index) => folder.write(`work/out/${name}`, old[index]!));
    const disk = new PowerCutDisk(folder.at("work"), randomOf(seed), cuts[0] ?? Infinity);
    const run = (): Promise<TextReport> =>
      lowercaseWith(
        () => poweredPool(disk),
        { ...options, output: `${folder.at("work", "out")}/`, checkpoint: true },
        { disk, interval: 0 },
      );
    let count = 0;
    /** Bytes of text of the inputs whose outputs have their names. */
    let finished = 0;
    for (; count < cuts.length; count++) {
      await run().catch((error) => {
        if (!disk.isCut) throw error;
      });
      if (!disk.isCut) break;
      disk.restore(cuts[count + 1] ?? Infinity);
      finished = 0;
      for (const [index, name] of names.entries()) {
        const target = folder.at("work", "out", name);
        if (!fs.existsSync(target)) assert.equal(hasOld, false, `${name} is gone after cut ${count}`);
        else {
          const found = fs.readFileSync(target);
          const isNew = found.equals(expected[index]!);
          if (isNew) finished += contents[index]!.length;
          assert.ok(
            isNew || (hasOld && found.equals(old[index]!)),
            `${name} is neither old nor new after cut ${count}`,
          );
        }
      }
    }
    // A journal is removed when all is done.
    if (!fs.existsSync(folder.at("work", ".out.manyhands-journal"))) finished = 0;
    disk.restore(Infinity);
    const report = await run();
    const resumed = report.bytesResumed ?? 0;
    assert.ok(resumed >= finished, `${finished} bytes were done for good, of these ${resumed} are not done again`);
    assert.equal(report.bytesIn, contents.reduce((sum, { length }) => sum + length, 0));
    assert.deepEqual(report.failed, []);
    for (const [index, name] of names.entries()) {
      assert.ok(fs.readFileSync(folder.at("work", "out", name)).equals(expected[index]!), `${name} at the end`);
    }
    const left = folder.files().filter((name) => name.startsWith("work/"));
    assert.deepEqual(left, names.map((name) => `work/out/${name}`));
    return { count, report };
  });
}

describe("lowercase with a checkpoint, the power cut", () => {
  test(
    "never leaves a wrong output under its name, and resumed ends as if nothing had happened",
    { timeout: 60_000 + NUM_RUNS * 20_000 },
    async () => {
      const scene: fc.Arbitrary<Scene> = fc.record({
        texts: fc.array(fc.tuple(hardText, fc.constantFrom(0, 0.1, 0.9, 2.5, 7, 12.3)), { minLength: 1, maxLength: 4 }),
        form: fc.constantFrom("plain", "compressed output", "compressed input"),
        hasOld: fc.boolean(),
        ordered: fc.boolean(),
        seed: fc.nat(),
        cuts: fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: CUTS }),
      });
      await fc.assert(fc.asyncProperty(scene, async (it) => void (await play(it))), { numRuns: NUM_RUNS });
    },
  );

  for (const form of ["plain", "compressed input"] as const) {
    test(`may be at any step, and what was recorded before is not done again: ${form}`, {
      timeout: 120_000,
    }, async () => {
      const encoder = new TextEncoder();
      const texts = [[encoder.encode("KEEPS "), 5.5], [encoder.encode("GROWS İ"), 4.2], [
        encoder.encode("SMALL"),
        0.1,
      ]] as const;
      const resumed: number[] = [];
      for (let step = 1, wasCut = true; wasCut; step += STRIDE) {
        const { count, report } = await play({
          texts,
          form,
          hasOld: step % 2 === 0,
          ordered: true,
          seed: step,
          cuts: [step],
        });
        wasCut = count > 0;
        resumed.push(report.bytesResumed ?? 0);
      }
      const first = Math.floor(5.5 * CHUNK);
      assert.ok(resumed.some((bytes) => bytes > first), `${resumed}`);
      assert.ok(resumed.some((bytes) => bytes > 0 && bytes < first), `${resumed} are parts of a text, too`);
    });
  }

  test("is noticed by everything that comes after it", { timeout: 10_000 }, () =>
    inTemporaryFolder((folder) => {
      fs.mkdirSync(folder.at("work"));
      const disk = new PowerCutDisk(folder.at("work"), randomOf(1), 1);
      assert.throws(() => disk.write(folder.at("work/a"), new Uint8Array(1), 0), PowerCut);
      assert.throws(() => disk.status(folder.at("work/a")), PowerCut);
      assert.deepEqual(folder.files(), []);
    }));
});
