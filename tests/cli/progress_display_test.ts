import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeProgress } from "../../src/cli/progress_display.ts";

const timeout = 10_000;
const MIB = 1024 * 1024;

describe("describeProgress", () => {
  test("says how much of how much, how fast and how long still", { timeout }, () => {
    const progress = {
      bytesIn: 50 * MIB,
      bytesRead: 50 * MIB,
      bytesTotal: 200 * MIB,
      bytesOut: 50 * MIB,
      files: 1,
      filesTotal: 3,
    };
    assert.equal(describeProgress(progress, 2), "50.0 MiB of 200 MiB, 25.0 MiB/s, 0:06 left, 1 of 3 files");
  });

  test("says less where the whole is not known or nothing is done yet", { timeout }, () => {
    const stream = {
      bytesIn: 3 * MIB,
      bytesRead: 3 * MIB,
      bytesTotal: undefined,
      bytesOut: 0,
      files: 0,
      filesTotal: 1,
    };
    assert.equal(describeProgress(stream, 1), "3.0 MiB, 3.0 MiB/s");
    const start = { bytesIn: 0, bytesRead: 0, bytesTotal: MIB, bytesOut: 0, files: 0, filesTotal: 1 };
    assert.equal(describeProgress(start, 0), "0 B of 1.0 MiB, 0 B/s");
  });
});
