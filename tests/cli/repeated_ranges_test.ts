import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";
import { commandLine, endOf, programLine } from "./run_command.ts";

const timeout = 120_000;
/** Ranges that two workers have under way: with two slots to spare, and as many that wait for their record. */
const IN_FLIGHT = 8;
const CHUNK = 4096;
const RANGES = 400;
/** Ranges begun when the program is killed. */
const KILLED_AT = 150;
const LINE = 64;

/** Text of fixed lines that begin with their numbers, so that a line tells the range that it lies in. */
const text = Array.from({ length: RANGES * CHUNK / LINE }, (_, index) => `${index} `.padEnd(LINE - 1, "ABC ")).join(
  "\n",
);

/** Numbers of the ranges that a log tells of. */
function rangesOf(log: string): number[] {
  return fs.existsSync(log) ? [...new Set(fs.readFileSync(log, "utf8").split("\n").slice(0, -1).map(Number))] : [];
}

/**
 * Runs a program, kills it when it has begun some ranges, and runs it again to its end; gives the ranges that the second
 * run began of those that the first did.
 */
async function repeatedAfterKill(folder: TemporaryFolder, [command, ...args]: string[]): Promise<number[]> {
  const log = folder.at("log");
  const start = () => spawn(command!, args, { cwd: folder.path, stdio: "pipe" });
  const first = start();
  const end = endOf(first);
  const timer = setInterval(() => {
    if (rangesOf(log).length >= KILLED_AT) first.kill("SIGKILL");
  }, 2);
  const { code, stderr } = await end;
  clearInterval(timer);
  assert.equal(stderr, "");
  assert.notEqual(code, 0, "it was killed before its end");
  const before = rangesOf(log);
  fs.rmSync(log);
  assert.equal((await endOf(start())).code, 0);
  const after = rangesOf(log);
  assert.ok(new Set([...before, ...after]).size >= RANGES);
  return after.filter((range) => before.includes(range));
}

describe("after a kill", () => {
  for (const name of ["in", "in.gz"]) {
    test(
      `manyhands lower of ${name} repeats at most the ranges in flight`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          folder.write(name, name === "in" ? text : gzipSync(text));
          const program = fileURLToPath(new URL("./fixtures/logged_lower.ts", import.meta.url));
          const repeated = await repeatedAfterKill(folder, programLine(program, [name, "out", "log", `${CHUNK}`]));
          assert.ok(repeated.length <= IN_FLIGHT, `repeated ${repeated}`);
          assert.ok(folder.read("out") === text.toLowerCase());
        }),
    );
  }

  for (const name of ["in", "in.gz"]) {
    test(
      `manyhands map of ${name} repeats at most the ranges in flight`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          folder.write(name, name === "in" ? text : gzipSync(text));
          folder.write("package.json", '{ "type": "module" }');
          folder.write(
            "logged.mjs",
            `import * as fs from "node:fs";
             export default (line) => {
               const index = Number.parseInt(line);
               if (index % ${CHUNK / LINE} === 0) fs.appendFileSync("log", index / ${CHUNK / LINE} + "\\n");
               return line.toLowerCase();
             };`,
          );
          const args = ["map", "logged.mjs", name, "-o", "out", "--compress", "none", "--chunk-size", "4K"];
          const repeated = await repeatedAfterKill(
            folder,
            commandLine([...args, "--workers", "2", "--resume", "--quiet"]),
          );
          assert.ok(repeated.length <= IN_FLIGHT, `repeated ${repeated}`);
          assert.ok(folder.read("out") === `${text.toLowerCase()}\n`);
        }),
    );
  }
});
