import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

test(
  "A module that starts a pool at import without a guard gets an error that says so",
  { timeout: 60_000 },
  async () => {
    const program = fileURLToPath(new URL("./fixtures/no_guard.ts", import.meta.url));
    const args = [...(isDeno ? ["run", "-A", "--no-check"] : []), program];
    const { stdout } = await run(process.execPath, args, { timeout: 30_000 });
    assert.match(
      stdout,
      /^MainGuardError Cannot start a Pool while a worker loads file:.*no_guard\.ts.*if \(isMainProcess\)/,
    );
  },
);
