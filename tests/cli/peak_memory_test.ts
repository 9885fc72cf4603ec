import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { inTemporaryFolder, type TemporaryFolder } from "../text/temporary_folder.ts";
import { numberOf, proc } from "./process_state.ts";
import { endOf, startCommand } from "./run_command.ts";

const timeout = 120_000;

const MEBIBYTE = 1024 * 1024;
const MEMORY_KIBIBYTES = 200 * 1024;
const LOOK_MILLISECONDS = 20;
const MODULE = fileURLToPath(new URL("./fixtures/row_name.ts", import.meta.url));

/** Writes `bytes` over and over until there are about `length` of them. */
function writeRepeated(path: string, head: string, bytes: Uint8Array, length: number): void {
  const file = fs.openSync(path, "w");
  fs.writeSync(file, head);
  for (let written = 0; written < length; written += bytes.length) fs.writeSync(file, bytes);
  fs.closeSync(file);
}

/** Runs the command to its end; checks that it held no more than it may. */
async function runInMemory(folder: TemporaryFolder, args: readonly string[]): Promise<void> {
  const child = startCommand([...args, "--quiet"], "pipe", folder.path);
  let peak = 0;
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, numberOf(child, "status", "VmHWM"));
    } catch {
      // It has ended.
    }
  }, LOOK_MILLISECONDS);
  const end = await endOf(child).finally(() => clearInterval(timer));
  assert.deepEqual({ code: end.code, stderr: end.stderr }, { code: 0, stderr: "" });
  assert.ok(peak > 0, "the memory was never seen");
  assert.ok(peak <= MEMORY_KIBIBYTES, `expected at most 200 MiB of memory, found ${peak / 1024} MiB`);
}

describe("A run holds at most 200 MiB", () => {
  test("manyhands map over rows of CSV", { timeout, ...proc }, () =>
    inTemporaryFolder(async (folder) => {
      const rows = Array.from(
        { length: 10_000 },
        (_, index) => `${index},"Name, ${index}",Ärger und Öl,${index / 7}\n`,
      );
      writeRepeated(
        folder.at("in.csv"),
        "id,name,note,share\n",
        new TextEncoder().encode(rows.join("")),
        40 * MEBIBYTE,
      );
      await runInMemory(folder, ["map", `${MODULE}#rowName`, "in.csv", "--csv", "--output", "out"]);
      assert.ok(fs.statSync(folder.at("out")).size > 5 * MEBIBYTE);
    }));

  test("manyhands lower from gzip to gzip", { timeout, ...proc }, () =>
    inTemporaryFolder(async (folder) => {
      const lines = Array.from({ length: 20_000 }, (_, index) => `Line ${index * 7919 % 20_011}: ÄRGER und Öl\n`);
      writeRepeated(folder.at("in.gz"), "", zlib.gzipSync(lines.join("")), 12 * MEBIBYTE);
      await runInMemory(folder, ["lower", "in.gz", "--output", "out.gz"]);
      assert.ok(fs.statSync(folder.at("out.gz")).size > 5 * MEBIBYTE);
    }));
});
