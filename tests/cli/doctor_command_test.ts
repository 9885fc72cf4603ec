import assert from "node:assert/strict";
import { test } from "node:test";
import { runtime } from "../../src/runtime/current.ts";
import { runCommand } from "./run_command.ts";

test("manyhands doctor names the runtime and finds everything it needs", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runCommand(["doctor"]);
  assert.match(stdout, new RegExp(`^runtime +${runtime.name} ${runtime.version.replaceAll(".", "\\.")}$`, "m"));
  assert.match(stdout, /^cores +\d+$/m);
  for (
    const name of [
      "shared memory",
      "worker form",
      "WebAssembly SIMD",
      "WebAssembly threads",
      "lower-case kernel",
      "workers",
    ]
  ) {
    assert.match(stdout, new RegExp(`^${name} +yes: `, "m"));
  }
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
