import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkOutcome, suiteOutcome } from "../../scripts/verify/outcome.ts";
import type { CommandResult } from "../../scripts/verify/run_command.ts";

const timeout = 10_000;

function result(change: Partial<CommandResult> = {}): CommandResult {
  return { problem: undefined, timedOut: false, output: "first line\nlast line\n", milliseconds: 1, ...change };
}

const files = ["tests/a_test.ts"];
const passing = `<testcase name="t" file="/r/tests/a_test.ts"/>`;
const skipping = `<testcase name="u" file="/r/tests/a_test.ts"><skipped/></testcase>`;

function titles(
  junit: string | undefined,
  change: Partial<CommandResult> = {},
  expected: string[] | undefined = files,
): string[] {
  return suiteOutcome("Node", result(change), junit, "/r", expected).failures.map((failure) => failure.title);
}

describe("suiteOutcome", () => {
  test("counts what passed, failed and was skipped", { timeout }, () => {
    const failing = `<testcase name="v" file="tests/a_test.ts"><failure message="m">why</failure></testcase>`;
    const outcome = suiteOutcome(
      "Node",
      result({ problem: "ended with exit code 1" }),
      passing + skipping + failing,
      "/r",
      files,
    );
    assert.deepEqual(outcome, {
      passed: 1,
      skipped: 1,
      failures: [{ title: "Node: tests/a_test.ts: v", detail: "why" }],
    });
  });

  test("fails a runner that ends badly though all tests passed", { timeout }, () => {
    assert.deepEqual(titles(passing), []);
    assert.deepEqual(titles(passing, { problem: "was ended by SIGSEGV" }), [
      "Node was ended by SIGSEGV, though no test failed",
    ]);
  });

  test("fails a run without tests or without a report", { timeout }, () => {
    assert.deepEqual(titles("<testsuites/>"), ["Node ran no test"]);
    assert.deepEqual(titles(undefined), ["Node ran no test"]);
    assert.deepEqual(titles("", {}, undefined), ["Node ran no test"]);
  });

  test("fails a file of which no test ran, and names it", { timeout }, () => {
    assert.deepEqual(titles(passing, {}, ["tests/a_test.ts", "tests/b_test.ts"]), [
      "Node: no test of tests/b_test.ts ran",
    ]);
    const standIn = `<testcase name="tests/b_test.ts" file="/r/tests/b_test.ts"/>`;
    assert.deepEqual(titles(passing + standIn, {}, ["tests/b_test.ts"]), ["Node: no test of tests/b_test.ts ran"]);
  });

  test("counts a file that failed to load once", { timeout }, () => {
    const standIn =
      `<testcase name="tests/b_test.ts" file="/r/tests/b_test.ts"><failure message="m"></failure></testcase>`;
    const all = ["tests/a_test.ts", "tests/b_test.ts"];
    assert.deepEqual(titles(passing + standIn, { problem: "ended with exit code 1" }, all), [
      "Node: tests/b_test.ts: tests/b_test.ts",
    ]);
  });

  test("tells of a runner that was stopped, with the end of its output", { timeout }, () => {
    const stopped = result({ timedOut: true, problem: "did not end within 1 s and was stopped" });
    const { failures } = suiteOutcome("Node", stopped, passing, "/r", files);
    assert.deepEqual(failures, [
      { title: "Node did not end within 1 s and was stopped; the end of its output", detail: "first line\nlast line" },
    ]);
  });
});

describe("suiteOutcome of a runner that was stopped", () => {
  test("names the failures that its output tells of, however long ago", { timeout }, () => {
    const output = `✖ node fails (1ms)\n(fail) bun fails [1ms]\ndeno fails ... FAILED (1ms)\n✔ fine\n${
      "line\n".repeat(100)
    }`;
    const { failures } = suiteOutcome(
      "Node",
      result({ timedOut: true, problem: "was stopped", output }),
      "",
      "/r",
      files,
    );
    const lines = failures[0]?.detail.split("\n") ?? [];
    assert.deepEqual(lines.slice(0, 4), [
      "✖ node fails (1ms)",
      "(fail) bun fails [1ms]",
      "deno fails ... FAILED (1ms)",
      "line",
    ]);
    assert.equal(lines.length, 83);
  });
});

describe("checkOutcome", () => {
  test("counts a check as one", { timeout }, () => {
    assert.deepEqual(checkOutcome("Lint", result()), { passed: 1, skipped: 0, failures: [] });
    assert.equal(checkOutcome("Lint", result({ problem: "ended with exit code 1" })).failures.length, 1);
  });
});
