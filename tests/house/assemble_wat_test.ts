import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 120_000;
const script = fileURLToPath(new URL("../../scripts/assemble_wat.ts", import.meta.url));
const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

test("Each committed .wasm is what the .wat beside it comes to", { timeout }, () => {
  const { status, stdout, stderr } = spawnSync(node, [script, "--check"], { encoding: "utf8" });
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
});
