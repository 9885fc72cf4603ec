import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 60_000;
const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

function commandOf(program: string): { path: string; flags: string[] } {
  const path = fileURLToPath(new URL(`./fixtures/${program}.ts`, import.meta.url));
  return { path, flags: isDeno ? ["run", "-A", "--no-check"] : [] };
}

/** Runs a program to its end, with its output going to files. */
async function ended(program: string, args: string[], [out, error]: [number, "ignore"]): Promise<void> {
  const { path, flags } = commandOf(program);
  const child = spawn(process.execPath, [...flags, path, ...args], { stdio: ["ignore", out, error], timeout: 30_000 });
  await once(child, "exit");
}

/** Runs a program that is to end by itself, with code 0, before the deadline. */
function output(program: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { path, flags } = commandOf(program);
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

test("A thread that was killed and goes on nevertheless says nothing of what it runs into", { timeout }, async () => {
  const { stdout, stderr } = await output("killed_program");
  assert.equal(stdout, "-9\n");
  assert.doesNotMatch(stderr, /Uncaught/);
});

test("A module that starts a process at import without a guard gets an error that says so", { timeout }, async () => {
  assert.equal((await output("unguarded_process")).stdout, "MainGuardError\n");
});

test("Lines of processes that print at once stay whole", { timeout }, async () => {
  const { stdout } = await output("process_program", "lines");
  // What is not a whole line comes when its process ends, and so before a line of one that goes on.
  assert.equal(stdout.split("unfinished ").length, 4);
  const lines = stdout.replaceAll("unfinished ", "").trimEnd().split("\n");
  const wholes = ["a", "b", "c"].map((name) => name.repeat(300));
  assert.deepEqual(wholes.map((whole) => lines.filter((line) => line === whole).length), [400, 400, 400]);
  assert.equal(lines.length, 1200);
});

test("What a process prints is there while the main thread is busy", { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-"));
  const file = openSync(join(folder, "output"), "w+");
  try {
    await ended("process_program", ["busy"], [file, "ignore"]);
    assert.equal(readFileSync(join(folder, "output"), "utf8"), "out\nmain\n");
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
});

/** Exit code of a process that prints while one of the program's streams is closed, told by the program's own. */
async function codeWithout(stream: number): Promise<unknown> {
  const { path, flags } = commandOf("process_program");
  const command = [process.execPath, ...flags, path, "streams"].map((part) => `'${part}'`).join(" ");
  return await run("sh", ["-c", `${command} ${stream}>&-`], { timeout: 30_000 }).catch(({ code }) => code);
}

test("test_error_on_stdio_flush_1: a process runs whose standard output is closed", { timeout }, async () => {
  assert.equal(await codeWithout(1), 42);
});

test("test_error_on_stdio_flush_2: a process runs whose standard error is closed", { timeout }, async () => {
  assert.equal(await codeWithout(2), 42);
});
