import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test, type TestContext } from "node:test";
import process from "node:process";
import { removeFile, setFileLength } from "../../src/runtime/files.ts";
import { reserveRoom } from "../../src/runtime/reserve_room.ts";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";

const timeout = 60_000;
const MIB = 1 << 20;
const long = new Uint8Array(4 * MIB).fill(97);

/** Bytes that the disk keeps for a file. */
function room(path: string): number {
  return fs.statSync(path).blocks * 512;
}

/** Reserves room for a new file like `content`, taking 1 MiB for long. */
async function reserve(folder: TemporaryFolder, content: Uint8Array): Promise<{ path: string; isReserved: boolean }> {
  const path = folder.write("new", "");
  const isReserved = await reserveRoom(path, folder.write("like", content), MIB);
  return { path, isReserved };
}

/** Not every file system reserves room, and Windows and macOS have no such program. */
function skippedUnless(isReserved: boolean, context: TestContext): boolean {
  if (!isReserved) context.diagnostic("no room was reserved: this system or its disk cannot");
  assert.ok(isReserved || process.platform !== "linux" || !fs.existsSync("/usr/bin/fallocate") || !isExt4());
  return !isReserved;
}

function isExt4(): boolean {
  const EXT4 = 0xef53;
  return fs.statfsSync(".").type === EXT4 && fs.statfsSync("/tmp").type === EXT4;
}

test(
  "Room is reserved, and the file stays as long as it is",
  { timeout },
  (context) =>
    inTemporaryFolder(async (folder) => {
      const { path, isReserved } = await reserve(folder, long);
      if (skippedUnless(isReserved, context)) return;
      assert.ok(room(path) >= long.length);
      assert.equal(fs.statSync(path).size, 0);
    }),
);

test(
  "What a shorter file does not need is given back with its length",
  { timeout },
  (context) =>
    inTemporaryFolder(async (folder) => {
      const { path, isReserved } = await reserve(folder, long);
      if (skippedUnless(isReserved, context)) return;
      fs.writeFileSync(path, "short", { flag: "r+" });
      setFileLength(path, 5);
      assert.equal(folder.read("new"), "short");
      assert.ok(room(path) < MIB);
    }),
);

test("A file that is gone meanwhile does not come back", { timeout }, () =>
  inTemporaryFolder(async (folder) => {
    const path = folder.write("new", "");
    const reserving = reserveRoom(path, folder.write("like", long), MIB);
    removeFile(path);
    await reserving;
    assert.deepEqual(folder.files(), ["like"]);
  }));

test(
  "For a short file, one with holes, and one that is not there no room is reserved",
  { timeout },
  () =>
    inTemporaryFolder(async (folder) => {
      assert.equal((await reserve(folder, long.subarray(0, MIB - 1))).isReserved, false);
      const sparse = folder.write("sparse", "");
      setFileLength(sparse, 4 * MIB);
      const path = folder.write("new", "");
      assert.equal(await reserveRoom(path, sparse, MIB), false);
      assert.equal(await reserveRoom(path, folder.at("nothing"), MIB), false);
      assert.equal(await reserveRoom(folder.at("nothing"), folder.write("like", long), MIB), false);
      assert.equal(room(path), 0);
    }),
);
