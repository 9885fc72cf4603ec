import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failureText, reportJson, reportText } from "../../src/cli/report_lines.ts";
import { FileError, InvalidUtf8Error } from "../../src/core/errors.ts";

const timeout = 10_000;
const missing = {
  path: "a",
  error: new FileError("ERR_INPUT_NOT_FOUND", "a", "Cannot read a: there is no such file"),
};
const report = {
  files: 2,
  bytesIn: 3 * 1024 * 1024,
  bytesOut: 3 * 1024 * 1024,
  seconds: 1.5,
  processes: 2,
  filesFailed: 1,
  failed: [missing],
  outputClosed: false,
};

describe("reportText", () => {
  test("counts inputs, bytes, time, rate, workers and failures", { timeout }, () => {
    assert.equal(
      reportText(report),
      "Lower-cased 2 inputs: 3.0 MiB in, 3.0 MiB out in 1.50 s (2.0 MiB/s, 2 workers); 1 input failed",
    );
  });

  test("tells what an earlier run had done, which its rate is without", { timeout }, () => {
    assert.equal(
      reportText({ ...report, bytesResumed: 1.5 * 1024 * 1024, filesFailed: 0, failed: [] }),
      "Lower-cased 2 inputs: 3.0 MiB in, 3.0 MiB out in 1.50 s (1.0 MiB/s, 2 workers); 1.5 MiB had been done before",
    );
  });
});

describe("reportJson", () => {
  test("holds the report with code and message of each failure", { timeout }, () => {
    assert.deepEqual(JSON.parse(reportJson(report)), {
      ...report,
      failed: [{ path: "a", code: "ERR_INPUT_NOT_FOUND", message: "Cannot read a: there is no such file" }],
    });
  });
});

describe("failureText", () => {
  test("names the input once, on one line and without what would move the cursor", { timeout }, () => {
    assert.equal(failureText(missing), "Cannot read a: there is no such file");
    const invalid = new InvalidUtf8Error(7);
    assert.equal(failureText({ path: "b", error: invalid }), "Cannot lower-case b: Invalid UTF-8 at byte 7");
    const path = "new\nline\u001b[2J\u0085";
    const escaped = "new\\nline\\x1b[2J\\x85";
    assert.equal(failureText({ path, error: invalid }), `Cannot lower-case ${escaped}: Invalid UTF-8 at byte 7`);
    const error = new FileError("ERR_INPUT_UNREADABLE", path, `Cannot read ${path}: input/output error`);
    assert.equal(failureText({ path, error }), `Cannot read ${escaped}: input/output error`);
    assert.equal(
      failureText({ path: "-", error: invalid }),
      "Cannot lower-case standard input: Invalid UTF-8 at byte 7",
    );
  });
});
