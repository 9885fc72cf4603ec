import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { describe, test } from "node:test";
import { lowercase } from "../../src/text/mod.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

const timeout = 60_000;
const isPosix = process.platform !== "win32";

/** Messages about what failed, without the folder's path. */
async function failures(input: string, output: string): Promise<string[]> {
  const { failed } = await lowercase({ input, output });
  return failed.map(({ error }) => error.message.replaceAll(input, "IN"));
}

describe("any input", () => {
  test("special files in a folder are named and skipped", {
    timeout,
    skip: isPosix ? false : "there are no such files on Windows",
  }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/text", "A");
      execFileSync("mkfifo", [folder.at("in/fifo")]);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(folder.at("in/socket"), resolve));
      try {
        assert.deepEqual(await failures(folder.at("in"), folder.at("out")), [
          "Cannot read IN/fifo: it is neither a file nor a folder",
          "Cannot read IN/socket: it is neither a file nor a folder",
        ]);
      } finally {
        server.close();
      }
      assert.equal(folder.read("out/text"), "a");
    }));

  test(
    "links are followed; one to nothing and one back are named",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        folder.write("in/text", "A");
        folder.write("elsewhere/other", "B");
        fs.symlinkSync(folder.at("in/text"), folder.at("in/link"));
        fs.symlinkSync(folder.at("elsewhere"), folder.at("in/folder"));
        fs.symlinkSync(folder.at("nowhere"), folder.at("in/dangling"));
        fs.symlinkSync(folder.at("in"), folder.at("in/loop"));
        assert.deepEqual(await failures(folder.at("in"), folder.at("out")), [
          "Cannot read IN/dangling: it is a link to nothing",
          "Cannot read IN/loop: it is a link back to a folder that it lies in",
        ]);
        assert.deepEqual(folder.files().filter((name) => name.startsWith("out")), [
          "out/folder/other",
          "out/link",
          "out/text",
        ]);
      }),
  );

  test("names with spaces, line ends and every other character are kept", {
    timeout,
    skip: isPosix ? false : "Windows takes no such names",
  }, () =>
    inTemporaryFolder(async (folder) => {
      const names = ["a b", "line\nend", "quote'\"", "-o", "日本語 😀", "true \ufffd", "*"];
      for (const name of names) folder.write(`in/${name}`, "A");
      assert.deepEqual(await failures(folder.at("in"), folder.at("out")), []);
      for (const name of names) assert.equal(folder.read(`out/${name}`), "a");
    }));

  test("a name that is not UTF-8 is refused as such, the others are done", {
    timeout,
    skip: process.platform === "linux" ? false : "only Linux takes such names",
  }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/good", "A");
      execFileSync("sh", ["-c", `printf B > "$1/$(printf 'bad\\377name')"`, "sh", folder.at("in")]);
      assert.deepEqual(await failures(folder.at("in"), folder.at("out")), [
        "Cannot read IN/bad\ufffdname: its name is not valid UTF-8",
      ]);
      assert.equal(folder.read("out/good"), "a");
    }));

  test("a name that is not UTF-8 is refused beside a file whose name looks the same", {
    timeout,
    skip: process.platform === "linux" ? false : "only Linux takes such names",
  }, () =>
    inTemporaryFolder(async (folder) => {
      folder.write("in/same\ufffd", "TRUE");
      execFileSync("sh", ["-c", `printf B > "$1/$(printf 'same\\377')"`, "sh", folder.at("in")]);
      assert.deepEqual(await failures(folder.at("in"), folder.at("out")), [
        "Cannot read IN/same\ufffd: its name is not valid UTF-8",
      ]);
      assert.equal(folder.read("out/same\ufffd"), "true");
    }));

  test("holes of a sparse file stay holes", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const size = 20_000_000;
      const input = folder.write("in", "HEAD");
      const file = fs.openSync(input, "r+");
      fs.writeSync(file, new TextEncoder().encode("MIDDLE"), 0, 6, 7_000_001);
      fs.ftruncateSync(file, size);
      fs.closeSync(file);
      await lowercase({ input, output: folder.at("out"), chunkBytes: 1 << 20 });
      const lowered = fs.readFileSync(folder.at("out"));
      assert.equal(lowered.length, size);
      assert.equal(lowered.subarray(0, 4).toString(), "head");
      assert.equal(lowered.subarray(7_000_001, 7_000_007).toString(), "middle");
      assert.equal(lowered.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0), 10);
      const [before, after] = [fs.statSync(input).blocks, fs.statSync(folder.at("out")).blocks];
      assert.ok(after <= before + 2 * (1 << 20) / 512, `${before} blocks became ${after}`);
    }));
});
