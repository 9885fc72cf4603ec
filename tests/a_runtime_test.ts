import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";

/** By what only the runtime itself has, not by the package's own detection, which is under test elsewhere. */
function actualRuntime(): string {
  if ("Deno" in globalThis) return "deno";
  if ("Bun" in globalThis) return "bun";
  return "node";
}

test("the suite runs on the runtime that its runner meant", { timeout: 10_000 }, () => {
  // Started by hand, the runner says nothing; then the runtime has to be the one that started the program.
  const expected = process.env.MANYHANDS_EXPECT_RUNTIME ?? /(node|deno|bun)[^/\\]*$/.exec(process.execPath)?.[1];
  assert.equal(actualRuntime(), expected);
});
