import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatBytes, formatTime, parseBytes } from "../../src/cli/byte_size.ts";

const timeout = 10_000;

describe("parseBytes", () => {
  test("reads plain numbers and powers of 1024", { timeout }, () => {
    assert.equal(parseBytes("4096"), 4096);
    for (const text of ["64K", "64k", "64KB", "64KiB"]) assert.equal(parseBytes(text), 65_536);
    assert.equal(parseBytes("3M"), 3 * 1024 ** 2);
    assert.equal(parseBytes("1g"), 1024 ** 3);
  });

  test("reads nothing else", { timeout }, () => {
    for (const text of ["", "K", "-1", "1.5M", "1 M", "1T", "abc", "1e3", "99999999999999999999"]) {
      assert.equal(parseBytes(text), undefined, text);
    }
  });
});

describe("formatBytes", () => {
  test("takes the unit that leaves a short number", { timeout }, () => {
    assert.deepEqual([0, 1023, 1024, 1536, 150 * 1024, 5 * 1024 ** 3].map(formatBytes), [
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.5 KiB",
      "150 KiB",
      "5.0 GiB",
    ]);
  });
});

describe("formatTime", () => {
  test("shows hours only where there are some", { timeout }, () => {
    assert.deepEqual([0, 7.4, 65, 3723].map(formatTime), ["0:00", "0:07", "1:05", "1:02:03"]);
  });
});
