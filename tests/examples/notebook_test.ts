import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const timeout = 60_000;
const run = promisify(execFile);
const isDeno = "Deno" in globalThis;

// Steps between the tasks long enough that a busy machine does not change the order in which they end.
const SCALE = 0.3;

/** The lines that a cell prints on this runtime. */
async function linesOf(cell: string, ...args: string[]): Promise<string[]> {
  const script = fileURLToPath(new URL(`../../examples/notebook/${cell}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [...(isDeno ? ["run", "-A", "--no-check"] : []), script, ...args]);
  return stdout.trimEnd().split("\n");
}

interface Arrivals {
  /** The results in the order in which they arrived. */
  items: number[];
  /** Seconds since the start at which each arrived. */
  seconds: number[];
}

/** Runs a cell that prints each result with the time of its arrival, and the wall time at the end. */
async function arrivalsOf(cell: string): Promise<Arrivals> {
  const lines = await linesOf(cell, "--scale", String(SCALE));
  assert.match(lines.pop()!, /^Wall time: \d+\.\d\d s$/);
  const arrivals = lines.map((line) =>
    /^(\d+) at (\d+\.\d\d) s$/.exec(line) ?? assert.fail(`Unexpected line: ${line}`)
  );
  return { items: arrivals.map(([, item]) => Number(item)), seconds: arrivals.map(([, , second]) => Number(second)) };
}

function assertMonotone(seconds: number[]): void {
  assert.deepEqual(seconds, [...seconds].sort((a, b) => a - b));
}

const doubled = ["10 doubled to 20", "15 doubled to 30", "20 doubled to 40", "25 doubled to 50", "5 doubled to 10"];

for (const context of ["worker", "process", "inline"]) {
  const inContext = ["--context", context];

  test(`Cell 2: five processes double five numbers, each under a number of its own (${context})`, {
    timeout,
  }, async () => {
    const lines = (await linesOf("cell_02_processes", ...inContext)).map((line) => line.split(" by process id: "));
    assert.deepEqual(lines.map(([what]) => what).sort(), doubled);
    assert.equal(new Set(lines.map(([, ident]) => ident)).size, 5);
  });

  test(`Cell 4: processes have names, given or by their number (${context})`, { timeout }, async () => {
    assert.deepEqual((await linesOf("cell_04_process_names", ...inContext)).sort(), [
      "10 doubled to 20 by: Process-2",
      "15 doubled to 30 by: Process-3",
      "2 doubled to 4 by: Test",
      "20 doubled to 40 by: Process-4",
      "25 doubled to 50 by: Process-5",
      "5 doubled to 10 by: Process-1",
    ]);
  });

  test(`Cell 5: a global that children fill stays empty here (${context})`, {
    timeout,
    skip: context === "inline" && "inline processes share the globals of the program: see docs/contexts.md",
  }, async () => {
    assert.deepEqual(await linesOf("cell_05_global_stays_empty", ...inContext), ["{}"]);
  });

  test(`Cell 7: a dictionary of a manager collects the results (${context})`, { timeout }, async () => {
    assert.deepEqual(await linesOf("cell_07_manager_dict", ...inContext), ["10", "20", "30", "40", "50"]);
  });

  test(`Cell 7: a queue and a pipe collect results too (${context})`, { timeout }, async () => {
    const expected = ["queue: 10 20 30 40 50", "pipe: 60"];
    assert.deepEqual(await linesOf("cell_07_queue_and_pipe", ...inContext), expected);
  });
}

for (const context of ["worker", "inline"]) {
  test(`Cell 9: five processes double a shared array in place (${context})`, { timeout }, async () => {
    assert.deepEqual(await linesOf("cell_09_shared_array", "--context", context), ["10 20 30 40 50"]);
  });
}

test("Cell 9: to processes of the operating system a shared array cannot be sent", { timeout }, async () => {
  await assert.rejects(
    linesOf("cell_09_shared_array", "--context", "process"),
    /Cannot send args\[0\]: it is a SharedArray/,
  );
});

test("Cell 11: map prints the doubled numbers in the order of the input", { timeout }, async () => {
  assert.deepEqual(await linesOf("cell_10_pool_map"), ["10", "20", "40"]);
});

test("Cell 12: map prints the doubled numbers and the wall time", { timeout }, async () => {
  const lines = await linesOf("cell_12_pool_map_time", "--scale", "0.02");
  assert.deepEqual(lines.slice(0, 3), ["10", "20", "40"]);
  assert.match(lines[3], /^Wall time: \d+\.\d\d s$/);
  assert.equal(lines.length, 4);
});

test("Cells 13 and 14: map gives everything at the end, imap one result after another", { timeout }, async () => {
  const map = await arrivalsOf("cell_13_map_at_the_end");
  const imap = await arrivalsOf("cell_14_imap");
  for (const { items, seconds } of [map, imap]) {
    assert.deepEqual(items, [2, 4, 6]);
    assertMonotone(seconds);
  }
  assert.ok(map.seconds[2] - map.seconds[0] < imap.seconds[2] - imap.seconds[0]);
});

test("Cell 15: imapUnordered gives the results in the order in which they are ready", { timeout }, async () => {
  const { items, seconds } = await arrivalsOf("cell_15_imap_unordered");
  assert.deepEqual(items, [6, 4, 2]);
  assertMonotone(seconds);
});

test("A scale that is no number is refused", { timeout }, async () => {
  await assert.rejects(linesOf("cell_14_imap", "--scale", "fast"), /--scale must be a number above 0, got fast/);
});
