import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";
import { type CommandEnd, endOf, startCommand } from "./run_command.ts";

const timeout = 60_000;

// Signals are sent by process.kill: after child.kill, Deno reports that signal as the end, whatever the exit code.

/** Resolves when there is a temporary output in the folder. */
function temporaryAppears(folder: TemporaryFolder): Promise<void> {
  return new Promise((resolve) => {
    const watcher = fs.watch(folder.path, look);
    const timer = setInterval(look, 10);
    function look(): void {
      if (!folder.files().some((name) => name.endsWith(".tmp"))) return;
      watcher.close();
      clearInterval(timer);
      resolve();
    }
    look();
  });
}

/** The command in the middle of a stream that has no end. */
async function startEndless(folder: TemporaryFolder): Promise<{ child: ChildProcess; end: Promise<CommandEnd> }> {
  const child = startCommand(["lower", "-", "-o", folder.at("out")]);
  const end = endOf(child);
  child.stdin!.on("error", () => {});
  child.stdin!.write("SOME TEXT\n".repeat(100_000));
  await temporaryAppears(folder);
  return { child, end };
}

describe("manyhands lower, interrupted", () => {
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    test(
      `${signal} in the middle of a stream: exit code ${expected}, nothing left`,
      { timeout },
      () =>
        inTemporaryFolder(async (folder) => {
          const { child, end } = await startEndless(folder);
          process.kill(child.pid!, signal);
          const { code, stderr } = await end;
          assert.equal(code, expected);
          assert.match(stderr, /manyhands: Stopped; incomplete outputs are removed\n$/);
          assert.deepEqual(folder.files(), []);
        }),
    );
  }

  test("A second signal ends it at once: nothing under the name of the output, and no word of an orderly stop", {
    timeout,
  }, () =>
    inTemporaryFolder(async (folder) => {
      const { child, end } = await startEndless(folder);
      // Stopped meanwhile, it cannot have ended by the first before the second comes.
      for (const signal of ["SIGSTOP", "SIGINT", "SIGTERM", "SIGCONT"] as const) process.kill(child.pid!, signal);
      const { code, stderr } = await end;
      assert.ok(code === 130 || code === 143, `exit code ${code}`);
      assert.equal(stderr, "");
      assert.ok(!folder.files().includes("out"));
    }));

  test(
    "SIGINT in the middle of a large file: exit code 130, nothing left",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        // Sparse: a few gigabytes of zeros that take no room.
        const input = folder.write("in", "START\n");
        fs.truncateSync(input, 8 * 1024 ** 3);
        const child = startCommand(["lower", input, "-o", folder.at("out")]);
        const end = endOf(child);
        await temporaryAppears(folder);
        process.kill(child.pid!, "SIGINT");
        const { code } = await end;
        assert.equal(code, 130);
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );

  test(
    "SIGINT while a named pipe is silent: exit code 130, nothing left",
    { timeout },
    () =>
      inTemporaryFolder(async (folder) => {
        execFileSync("mkfifo", [folder.at("in")]);
        const child = startCommand(["lower", folder.at("in"), "-o", folder.at("out")]);
        const end = endOf(child);
        await temporaryAppears(folder);
        process.kill(child.pid!, "SIGINT");
        const { code } = await end;
        assert.equal(code, 130);
        assert.deepEqual(folder.files(), ["in"]);
      }),
  );

  test("SIGINT while nobody reads the output: exit code 130", { timeout }, () =>
    inTemporaryFolder(async (folder) => {
      const input = folder.write("in", "SOME TEXT\n".repeat(1_000_000));
      const child = startCommand(["lower", input, "-o", "-", "--quiet"]);
      await new Promise((resolve) => child.stdout!.once("readable", resolve));
      process.kill(child.pid!, "SIGINT");
      const code = await new Promise((resolve) => child.once("exit", resolve));
      assert.equal(code, 130);
    }));
});
