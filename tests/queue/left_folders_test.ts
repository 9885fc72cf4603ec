import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmdirSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { Listener } from "../../mod.ts";

const timeout = 60_000;

/** A number that no process of the system has. */
function unusedPid(): number {
  for (let pid = 4_194_303;; pid--) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as { code?: unknown }).code === "ESRCH") return pid;
    }
  }
}

/** A folder as a program leaves it that was killed before it listened, `age` milliseconds ago. */
function leftFolder(name: string, age: number): string {
  const folder = join(tmpdir(), `manyhands-${unusedPid()}-${name}${process.pid}`);
  mkdirSync(folder);
  const then = new Date(Date.now() - age);
  utimesSync(folder, then, then);
  return folder;
}

test(
  "An empty folder of a killed program is removed by the next that makes a socket, unless it is new",
  { timeout },
  async () => {
    const [old, fresh] = [leftFolder("old", 120_000), leftFolder("new", 0)];
    try {
      const listener = await new Listener(undefined, { family: "unix" }).ready();
      await listener.close();
      assert.deepEqual([existsSync(old), existsSync(fresh)], [false, true]);
    } finally {
      for (const folder of [old, fresh]) if (existsSync(folder)) rmdirSync(folder);
    }
  },
);
