import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { disk } from "../../src/runtime/disk.ts";
import { Journal, type JournalRecord } from "../../src/text/journal.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 30_000;

/** Records of different lengths, with what JSON has to escape. */
const RECORDS: readonly JournalRecord[] = [
  { manyhands: "test", version: 1 },
  { begin: "a\nb \u{10400} \ud800.txt", inputs: [[1, 2, 3]] },
  { note: 0, position: 4096 },
  {},
  { seal: 0, inode: "12345", size: 0 },
];

function readAll(path: string): { journal: Journal; records: JournalRecord[] } {
  const records: JournalRecord[] = [];
  const journal = Journal.open(path, disk, (record) => records.push(record));
  return { journal, records };
}

async function written(path: string, records: readonly JournalRecord[]): Promise<Uint8Array> {
  const { journal } = readAll(path);
  for (const record of records) journal.append(record);
  await journal.sync();
  return fs.readFileSync(path);
}

/** Whether `records` are the first of those that were written. */
function assertPrefix(records: readonly JournalRecord[], message: string): void {
  assert.deepEqual(records, RECORDS.slice(0, records.length), message);
}

describe("Journal", () => {
  test("gives back the records that were synced", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const path = folder.at("journal");
      await written(path, RECORDS.slice(0, 2));
      await written(path, RECORDS.slice(2));
      assert.deepEqual(readAll(path).records, RECORDS);
    }));

  test(
    "is empty where there is no file, and makes none before a sync",
    { timeout },
    () =>
      inTemporaryFolder((folder) => {
        const { journal, records } = readAll(folder.at("journal"));
        journal.append({ a: 1 });
        assert.deepEqual(records, []);
        assert.deepEqual(folder.files(), []);
      }),
  );

  test(
    "cut off at any byte, gives the records that are whole, and goes on after them",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const whole = await written(folder.at("journal"), RECORDS);
        for (let length = 0; length < whole.length; length++) {
          const path = folder.write("cut", whole.subarray(0, length));
          const { journal, records } = readAll(path);
          assertPrefix(records, `cut at ${length}`);
          const lines = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
          assert.equal(records.length, lines, `whole lines before ${length}`);
          journal.append({ next: length });
          await journal.sync();
          assert.deepEqual(readAll(path).records, [...records, { next: length }], `gone on after ${length}`);
        }
      }),
  );

  test(
    "with any byte flipped, gives the records before it and none from there on",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        const whole = await written(folder.at("journal"), RECORDS);
        for (let at = 0; at < whole.length; at++) {
          for (const flip of [0x01, 0x80]) {
            const bytes = whole.slice();
            bytes[at]! ^= flip;
            const { records } = readAll(folder.write("flipped", bytes));
            assertPrefix(records, `byte ${at} flipped by ${flip}`);
            const lines = whole.subarray(0, at).filter((byte) => byte === 0x0a).length;
            assert.equal(records.length, lines, `records before ${at}`);
          }
        }
      }),
  );

  test("never takes the end of an earlier journal for its own", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const path = folder.at("journal");
      const old = await written(path, [{ run: 1 }, { note: 1 }, { note: 2 }]);
      const first = old.indexOf(0x0a) + 1;
      fs.truncateSync(path, first);
      const renewed = await written(path, [{ note: 9 }]);
      // The cut was lost, the new record was not: behind it stands what stood there before.
      const mixed = old.slice();
      mixed.set(renewed);
      fs.writeFileSync(path, mixed);
      assert.deepEqual(readAll(path).records, [{ run: 1 }, { note: 9 }]);
    }));

  test("that could not be written once is not written to again", { timeout }, async () => {
    let writes = 0;
    const full = {
      ...disk,
      read: () => undefined,
      write: () => {
        writes++;
        throw new Error("full");
      },
    };
    const journal = Journal.open("nowhere", full, () => {});
    journal.append({ a: 1 });
    await assert.rejects(journal.sync(), /full/);
    journal.append({ b: 1 });
    await assert.rejects(journal.sync(), /full/);
    assert.equal(writes, 1);
  });

  test("longer than what is read at a time is read whole", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const records = Array.from({ length: 300 }, (_, index) => ({ index, text: "é".repeat(5000) }));
      await written(folder.at("journal"), records);
      assert.deepEqual(readAll(folder.at("journal")).records, records);
    }));
});
