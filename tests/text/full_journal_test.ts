import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { FileError } from "../../src/core/errors.ts";
import { type Disk, disk } from "../../src/runtime/disk.ts";
import { journalPath } from "../../src/text/checkpoint.ts";
import { lowercaseWith } from "../../src/text/lowercase.ts";
import type { LowercaseOptions } from "../../src/text/mod.ts";
import { inlinePool } from "./inline_pool.ts";
import { inTemporaryFolder, type TemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
/** Lengths at which the journal has no room, evenly spread. */
const PLACES = 5;

/** Small files, one of many chunks, one whose lengths change and a compressed one; returns what becomes of them. */
function writeInputs(folder: TemporaryFolder): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (let index = 0; index < 20; index++) texts.set(`small/${index}`, `FILE ${index}\n`);
  texts.set("large", "ΟΔΟΣ Straße МИР\n".repeat(800));
  texts.set("longer", "İSTANBUL ".repeat(1200));
  texts.set("packed.gz", "Привет МИР\n".repeat(600));
  for (const [name, text] of texts) folder.write(`in/${name}`, name.endsWith(".gz") ? gzipSync(text) : text);
  return new Map(Array.from(texts, ([name, text]) => [name, text.toLowerCase()]));
}

/** Checks that what has its final name is whole; returns how many there are. */
function checkOutputs(folder: TemporaryFolder, expected: ReadonlyMap<string, string>): number {
  let count = 0;
  for (const [name, text] of expected) {
    const path = folder.at("out", name);
    if (!fs.existsSync(path)) continue;
    count++;
    const bytes = fs.readFileSync(path);
    assert.ok((name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString() === text, `${name} is whole`);
  }
  return count;
}

/** The system's error for a disk without room. */
function noSpace(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
}

/** A disk with room for so many bytes of the journal; of what comes then as much is written as there is room for. */
function fullAtWriting(journal: string, room: number): Disk {
  return {
    ...disk,
    write(path, bytes, position) {
      const isJournal = path === journal;
      disk.write(path, isJournal ? bytes.subarray(0, Math.max(0, room - position)) : bytes, position);
      if (isJournal && position + bytes.length > room) throw noSpace();
    },
  };
}

/** A disk that tells as late as when the journal is synced that so many bytes of it were too many. */
function fullAtSyncing(journal: string, room: number): Disk {
  let length = 0;
  return {
    ...disk,
    write(path, bytes, position) {
      if (path === journal) length = position + bytes.length;
      disk.write(path, bytes, position);
    },
    sync: (path) => path === journal && length > room ? Promise.reject(noSpace()) : disk.sync(path),
  };
}

describe("a disk without room for the journal", () => {
  for (const [from, fullAt] of [["writing", fullAtWriting], ["syncing", fullAtSyncing]] as const) {
    test(
      `is told by ${from}, and a run that resumes with room ends as one that had it`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const expected = writeInputs(folder);
          const output = folder.at("out");
          const journal = journalPath(output);
          const options: LowercaseOptions = {
            input: folder.at("in"),
            output,
            chunkBytes: 4096,
            processes: 2,
            checkpoint: true,
          };
          const run = (disk: Disk) => lowercaseWith(() => inlinePool(), options, { disk, interval: 0 });
          let length = 0;
          await run({
            ...disk,
            write: (path, bytes, position) => {
              if (path === journal) length = position + bytes.length;
              disk.write(path, bytes, position);
            },
          });
          assert.equal(checkOutputs(folder, expected), expected.size);
          for (let place = 0; place < PLACES; place++) {
            fs.rmSync(output, { recursive: true });
            const full = fullAt(journal, Math.floor(length * place / PLACES));
            await assert.rejects(run(full), (error) => {
              assert.ok(error instanceof FileError, `${error}`);
              assert.deepEqual([error.code, error.path], ["ERR_DISK_FULL", journal]);
              assert.equal(error.message, `Cannot write ${journal}: no space left on the device`);
              return true;
            });
            checkOutputs(folder, expected);
            const { failed, files, bytesIn } = await run(disk);
            assert.deepEqual([failed, files], [[], expected.size]);
            assert.equal(
              bytesIn,
              [...expected.keys()].reduce((sum, name) => {
                const bytes = fs.readFileSync(folder.at("in", name));
                return sum + (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).length;
              }, 0),
            );
            assert.equal(checkOutputs(folder, expected), expected.size);
            assert.equal(folder.files().length, 2 * expected.size, "nothing else is left");
          }
        }),
    );
  }
});
