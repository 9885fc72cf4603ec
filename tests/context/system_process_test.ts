import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { getContext, kernels, SharedArray, TaskEncodingError, WorkerLostError } from "../../mod.ts";
import * as tasks from "./fixtures/context_tasks.ts";
import { temporaryFile } from "./temporary_file.ts";

const timeout = 60_000;
const { Pool, Process } = getContext("process");
const noneShared = "whose memory another operating-system process does not share";

/** Whether the system has such a process; one that nobody has asked how it ended is over too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("What cannot be shared is refused where it is sent, with the path to it", () => {
  test("Arguments of tasks", { timeout }, async () => {
    await using pool = new Pool(1);
    const array = new SharedArray("i", 1);
    const send = (value: unknown) => pool.apply(tasks.echo, [value]);
    await assert.rejects(send([{ array }]), { name: "TaskEncodingError", path: "args[0][0].array" });
    await assert.rejects(send(array), { message: `Cannot send args[0]: it is a SharedArray, ${noneShared}` });
    await assert.rejects(send(new Int32Array(new SharedArrayBuffer(4))), TaskEncodingError);
    await assert.rejects(send(new MessageChannel().port1), TaskEncodingError);
    await assert.rejects(pool.map(tasks.echo, [1, array]), { path: "items[1]" });
    assert.throws(
      () => new Pool({ processes: 1, initializer: tasks.initialize, initargs: [array] }),
      TaskEncodingError,
    );
    assert.equal(await pool.apply(tasks.square, [2]), 4);
    array.dispose();
  });

  test("Arguments of processes, at start", { timeout }, () => {
    const array = new SharedArray("i", 1);
    const child = new Process({ target: tasks.echo, args: [array] });
    assert.throws(() => child.start(), { name: "TaskEncodingError", path: "args[0]" });
    assert.equal(child.isAlive(), false);
    array.dispose();
  });

  test("Arrays that a kernel is to change in place", { timeout }, async () => {
    await using pool = new Pool(1);
    const array = new SharedArray("d", 1);
    await assert.rejects(pool.mapInPlace(kernels.double, array), { name: "UnsupportedError" });
    assert.equal(await pool.apply(kernels.lowercase, ["ABC"]), "abc");
    array.dispose();
  });

  test("Values: then their task fails", { timeout }, async () => {
    await using pool = new Pool(1);
    await assert.rejects(pool.apply(tasks.giveShared), { name: "TaskEncodingError", path: "result.array" });
    await assert.rejects(pool.apply(tasks.failShared));
    assert.equal(await pool.apply(tasks.square, [2]), 4);
  });
});

describe("An end from outside", () => {
  test("A worker killed by a signal fails the task that it ran, and no other", { timeout }, async () => {
    using file = temporaryFile();
    await using pool = new Pool(1);
    const lost = pool.apply(tasks.waitForEver, [file.path]);
    const behind = [1, 2, 3].map((x) => pool.apply(tasks.square, [x]));
    const expected = assert.rejects(lost, (error) => {
      assert.ok(error instanceof WorkerLostError);
      assert.deepEqual([error.exitReason, error.exitCode], ["killed", -9]);
      return true;
    });
    await tasks.begun(file.path);
    process.kill(Number(readFileSync(file.path, "utf8")), "SIGKILL");
    await expected;
    assert.deepEqual(await Promise.all(behind), [1, 4, 9]);
    assert.equal(pool.stats().lost, 1);
  });

  test("A process tells of the signal that ended it", { timeout }, async () => {
    using file = temporaryFile();
    const child = new Process({ target: tasks.waitForEver, args: [file.path] });
    child.start();
    await tasks.begun(file.path);
    process.kill(child.pid!, "SIGKILL");
    await child.join();
    assert.deepEqual([child.exitCode, child.exitReason], [-9, "killed"]);
  });
});

describe("What is busy can be ended", () => {
  for (const target of [tasks.spinForEver, tasks.spinInWasm]) {
    test(`terminate and kill end ${target.name}, and nothing of it goes on`, { timeout }, async () => {
      for (const verb of ["terminate", "kill"] as const) {
        using file = temporaryFile();
        const child = new Process({ target, args: [file.path] });
        child.start();
        await tasks.begun(file.path);
        assert.ok(isRunning(child.pid!));
        child[verb]();
        await child.join();
        assert.deepEqual([child.exitCode, child.exitReason], [verb === "kill" ? -9 : -15, "killed"]);
        assert.ok(!isRunning(child.pid!));
      }
    });
  }

  test("terminate of a pool ends its busy workers", { timeout }, async () => {
    using file = temporaryFile();
    const pool = new Pool(1);
    const pending = assert.rejects(pool.apply(tasks.spinForEver, [file.path]), { code: "ERR_POOL_CLOSED" });
    await tasks.begun(file.path);
    await pool.terminate();
    await pending;
    assert.ok(!isRunning(Number(readFileSync(file.path, "utf8"))));
  });
});

/** Starts a program of the fixtures that tells in `file` of the child that it leaves busy. Resolves with its exit code. */
function startProgram(name: string, file: string): { kill(): void; gone: Promise<number | null> } {
  const program = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
  const args = [...("Deno" in globalThis ? ["run", "-A", "--no-check"] : []), program, file];
  const started = spawn(process.execPath, args, { stdio: "inherit" });
  const gone = new Promise<number | null>((resolve) => started.once("exit", resolve));
  return { kill: () => void started.kill("SIGKILL"), gone };
}

/** Whether the process is gone within 5 seconds. */
async function vanishes(pid: number): Promise<boolean> {
  const deadline = performance.now() + 5000;
  while (isRunning(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  return !isRunning(pid);
}

describe("The end of the program", () => {
  test("A program that is killed leaves no busy child behind", { timeout }, async () => {
    using file = temporaryFile();
    const program = startProgram("killed_program.ts", file.path);
    await tasks.begun(file.path);
    const child = Number(readFileSync(file.path, "utf8"));
    assert.ok(isRunning(child));
    program.kill();
    await program.gone;
    assert.ok(await vanishes(child));
  });

  test("A program whose daemon waits for its queue ends by itself", { timeout }, async () => {
    using file = temporaryFile();
    const program = startProgram("waiting_program.ts", file.path);
    assert.equal(await program.gone, 0);
    assert.ok(await vanishes(Number(readFileSync(file.path, "utf8"))));
  });

  test("A program with an idle pool and a busy daemon ends by itself, and they with it", { timeout }, async () => {
    using file = temporaryFile();
    const program = startProgram("idle_program.ts", file.path);
    assert.equal(await program.gone, 0);
    assert.ok(await vanishes(Number(readFileSync(file.path, "utf8"))));
  });
});
