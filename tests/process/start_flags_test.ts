import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./fixtures/flags_program.ts", import.meta.url));

/** Flags of each runtime, and what a program that was started with them sees of them. */
const flags = {
  node: [["--no-deprecation", "--max-old-space-size=300"], "--no-deprecation --max-old-space-size=300"],
  bun: [["--smol", "--no-addons"], "--smol --no-addons"],
  deno: [
    ["run", "--quiet", "--no-check", "--allow-read", "--allow-env", "--allow-run", "--allow-sys"],
    "read env run sys",
  ],
} as const;

function runtimeName(): keyof typeof flags {
  if ("Deno" in globalThis) return "deno";
  return "Bun" in globalThis ? "bun" : "node";
}

describe("TestFlags", () => {
  test(
    "test_flags: a process of the system runs with what its parent was started with",
    { timeout: 60_000 },
    async () => {
      const [given, seen] = flags[runtimeName()];
      const { stdout } = await run(process.execPath, [...given, program], { timeout: 30_000, killSignal: "SIGKILL" });
      assert.equal(stdout, `${seen}\n${seen}\n`);
    },
  );
});
