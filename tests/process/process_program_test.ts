import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 60_000;
const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

/** Runs a program that is to end by itself, with code 0, before the deadline. */
function output(program: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const path = fileURLToPath(new URL(`./fixtures/${program}.ts`, import.meta.url));
  const flags = isDeno ? ["run", "-A", "--no-check"] : [];
  return run(process.execPath, [...flags, path, ...args], { timeout: 30_000, killSignal: "SIGKILL" });
}

test("A program waits for its processes", { timeout }, async () => {
  assert.equal((await output("process_program", "not a daemon")).stdout, "the child has ended\n");
});

test("A program does not wait for daemons", { timeout }, async () => {
  assert.equal((await output("process_program", "daemon")).stdout, "");
});

test("An uncaught error is on standard error under the name of its process", { timeout }, async () => {
  const { stdout, stderr } = await output("process_program", "failure");
  assert.equal(stdout, "1\n");
  assert.match(stderr, /^Uncaught error in Doomed: RangeError: broken\n.*process_program\.ts/s);
});

test("A module that starts a process at import without a guard gets an error that says so", { timeout }, async () => {
  assert.equal((await output("unguarded_process")).stdout, "MainGuardError\n");
});
