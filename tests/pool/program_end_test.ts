import assert from "node:assert/strict";
import { execFile, type ExecFileException } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const timeout = 60_000;
const deadline = 30_000;
const isDeno = "Deno" in globalThis;
const program = fileURLToPath(new URL("./fixtures/programs/scenarios.ts", import.meta.url));

/** Runs the program; how it ended and what it printed. One that does not end is killed at the deadline. */
function run(scenario: string): Promise<{ code: unknown; signal: unknown; lines: string[] }> {
  const args = [...(isDeno ? ["run", "-A", "--no-check"] : []), program, scenario];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: deadline, killSignal: "SIGKILL" }, (error, stdout) => {
      const { code = 0, signal = null } = (error ?? {}) as Partial<ExecFileException>;
      resolve({ code, signal, lines: stdout.replaceAll(/[\s[\]]+/g, " ").trim().split(" ") });
    });
  });
}

const printed = ["1,", "4,", "9"];
const last = ["end", "of", "the", "program"];

for (
  const scenario of [
    "close and join",
    "never close",
    "terminate",
    "idle pool in a global",
    "unused pool",
    "terminate an infinite loop",
    "time limit and signal of ended jobs",
    "error in a result that nobody reads",
    "iteration that nobody goes on with",
  ]
) {
  test(`A program ends by itself: ${scenario}`, { timeout }, async () => {
    assert.deepEqual(await run(scenario), { code: 0, signal: null, lines: [...printed, ...last] });
  });
}

test("A program ends by process.exit: exit beside an infinite loop", { timeout }, async () => {
  assert.deepEqual(await run("exit beside an infinite loop"), { code: 0, signal: null, lines: printed });
});
