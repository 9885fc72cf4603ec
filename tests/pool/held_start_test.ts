import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath, URL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const hold = new URL("./fixtures/held_thread.ts", import.meta.url).href;
const program = fileURLToPath(new URL("./fixtures/programs/held_start.ts", import.meta.url));
const isNode = !("Deno" in globalThis || "Bun" in globalThis);

// Elsewhere there is no way to keep a thread from coming up.
test("a pool does not fail for workers that it took back before they had come up", {
  timeout: 60_000,
  skip: !isNode,
}, async () => {
  const { stdout } = await run(process.execPath, ["--import", hold, program], { timeout: 45_000 });
  assert.equal(stdout, "4\n9\n");
});
