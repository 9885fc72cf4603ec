import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { inTemporaryFolder } from "../text/temporary_folder.ts";
import { numberOf, proc } from "./process_state.ts";
import { startCommand } from "./run_command.ts";

const timeout = 60_000;

const MEBIBYTE = 1024 * 1024;
/** What a run may have read before its output: its slots, and what lies in pipes and streams. */
const AHEAD_BYTES = 32 * MEBIBYTE;
const MEMORY_BYTES = 200 * MEBIBYTE;
/** The consumer takes 10 KiB each tenth of a second. */
const TAKEN_BYTES = 10 * 1024;
const TIMES = 20;

/**
 * Takes 100 KiB a second from a command's output, for two seconds from its first piece on; checks what it holds then, and
 * `readBytes`; and ends it by leaving.
 */
async function takeSlowly(child: ChildProcess, readBytes: () => number): Promise<void> {
  const output = child.stdout!;
  const exited = new Promise((resolve) => child.on("exit", resolve));
  await new Promise((resolve) => output.once("readable", resolve));
  for (let taken = 0; taken < TIMES; taken++) {
    output.read(TAKEN_BYTES);
    await pause(100);
  }
  const read = readBytes();
  const peak = numberOf(child, "status", "VmHWM") * 1024;
  output.destroy();
  assert.equal(await exited, 0);
  assert.ok(read <= AHEAD_BYTES, `expected at most 32 MiB read, found ${read / MEBIBYTE} MiB`);
  assert.ok(peak <= MEMORY_BYTES, `expected at most 200 MiB of memory, found ${peak / MEBIBYTE} MiB`);
}

describe("manyhands lower with a reader that takes 100 KiB a second", () => {
  test("stops reading standard input, and ends in peace once the reader goes", { timeout, ...proc }, async () => {
    const child = startCommand(["lower", "-", "--output", "-", "--quiet"]);
    const piece = new Uint8Array(MEBIBYTE).fill(65);
    let accepted = 0;
    const feed = (error?: Error | null): void => {
      if (error) return;
      accepted += MEBIBYTE;
      child.stdin!.write(piece, feed);
    };
    child.stdin!.on("error", () => {});
    child.stdin!.write(piece, feed);
    await takeSlowly(child, () => accepted);
  });

  test(
    "stops reading a file, and ends in peace once the reader goes",
    { timeout, ...proc },
    () =>
      inTemporaryFolder(async (folder) => {
        // Sparse: gigabytes of zeros that take no room.
        fs.truncateSync(folder.write("in", "START\n"), 8 * 1024 ** 3);
        const child = startCommand(["lower", "in", "--output", "-", "--quiet"], "pipe", folder.path);
        await takeSlowly(child, () => numberOf(child, "io", "rchar"));
      }),
  );
});
