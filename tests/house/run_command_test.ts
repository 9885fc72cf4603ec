import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { type CommandResult, runCommand } from "../../scripts/verify/run_command.ts";

const timeout = 60_000;

describe("runCommand", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-run-command-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function shell(script: string, deadline: number): Promise<CommandResult> {
    return runCommand("sh", ["-c", script], { cwd: folder, deadline, log: join(folder, "log") });
  }

  test("gives the output of both streams and no problem for exit code 0", { timeout }, async () => {
    const { problem, output, timedOut } = await shell("echo out; echo err >&2", 30_000);
    assert.deepEqual({ problem, output, timedOut }, { problem: undefined, output: "out\nerr\n", timedOut: false });
  });

  test("tells the exit code, the signal, and a program that isn't there", { timeout }, async () => {
    assert.equal((await shell("exit 3", 30_000)).problem, "ended with exit code 3");
    assert.equal((await shell("kill -9 $$", 30_000)).problem, "was ended by SIGKILL");
    const options = { cwd: folder, deadline: 30_000, log: join(folder, "log") };
    assert.match((await runCommand(join(folder, "none"), [], options)).problem ?? "", /could not be started/);
  });

  test("kills the whole group at the deadline, also what ignores SIGINT", { timeout }, async () => {
    const { problem, timedOut, output } = await shell("trap '' INT; sleep 1000 & echo $!; wait; wait", 300);
    assert.ok(timedOut);
    assert.equal(problem, "did not end within 0.3 s and was stopped");
    const grandchild = Number(output.trim());
    assert.ok(grandchild > 0);
    // A killed process may stay for a moment until it is collected.
    while (isAlive(grandchild)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
