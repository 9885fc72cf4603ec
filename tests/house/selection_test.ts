import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { select, type Selection } from "../../scripts/verify/selection.ts";

const timeout = 10_000;
const checks = ["types", "lint"];
const runtimes = ["node", "deno", "bun"];

function selection(...args: string[]): Selection {
  return select(args, checks, runtimes, (path) => path === "tests/memory" || path === "tests/memory/a_test.ts");
}

describe("select", () => {
  test("takes everything without arguments", { timeout }, () => {
    assert.deepEqual(selection(), { steps: ["types", "lint", "node", "deno", "bun"], paths: [] });
  });

  test("takes all runtimes and no checks for paths alone", { timeout }, () => {
    assert.deepEqual(selection("./tests/memory/"), { steps: runtimes, paths: ["tests/memory"] });
  });

  test("takes named steps in the order of the run", { timeout }, () => {
    assert.deepEqual(selection("bun", "lint").steps, ["lint", "bun"]);
    assert.deepEqual(selection("tests/memory/a_test.ts", "deno"), {
      steps: ["deno"],
      paths: ["tests/memory/a_test.ts"],
    });
  });

  test("refuses what is neither a step nor a path with tests", { timeout }, () => {
    assert.throws(() => selection("tests/mempry"), { name: "RangeError", message: /Unknown argument "tests\/mempry"/ });
  });
});
