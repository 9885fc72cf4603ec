import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, test } from "node:test";
import {
  allCells,
  type Cell,
  cellName,
  cellOf,
  currentRuntime,
  faults,
  moments,
  type Runtime,
  runtimes,
  subjects,
} from "./cell.ts";
import { expectationOf } from "./expectations.ts";
import { NOT_PLAYED, playMatrix, type Verdict } from "./matrix.ts";
import { readmeTable, rowsOf, tableOf } from "./readme_table.ts";
import { summary } from "./summary.ts";

const timeout = 240_000;
const runtime = currentRuntime();

/** Cells that exist here, each once. */
function existing(cells: readonly Cell[]): Cell[] {
  const names = new Set(cells.map(cellName));
  return [...names].map(cellOf).filter((cell) => expectationOf(cell, runtime).kind !== "absent");
}

/** A few of all cells, others with another seed. */
function drawn(count: number, seed: number): Cell[] {
  const cells = existing(allCells()).filter(({ fault }) => fault !== "memory");
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return cells[Math.floor(state / 2 ** 32 * cells.length)]!;
  });
}

/** Every cell on every runtime, as if none had been played. */
function unplayed(): Map<Runtime, Verdict[]> {
  return new Map(runtimes.map((each) => [
    each,
    allCells().map((cell): Verdict => ({ cell, expected: expectationOf(cell, each), found: NOT_PLAYED })),
  ]));
}

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

async function assertAsPromised(cells: readonly Cell[]): Promise<void> {
  const verdicts = await playMatrix(cells, { runtime, command: process.execPath, jobs: 2 });
  assert.ok(verdicts.length > 0);
  const problems = verdicts.filter(({ problem }) => problem !== undefined);
  assert.deepEqual(problems.map(({ cell, problem }) => `${cellName(cell)}: ${problem}`), []);
}

describe("Faults", () => {
  test("Every cell of the matrix has a promise, or a reason for which it does not exist", { timeout }, () => {
    for (const each of runtimes) {
      const expectations = allCells().map((cell) => expectationOf(cell, each));
      assert.equal(expectations.length, faults.length * moments.length * subjects.length * 3);
      for (const expected of expectations) {
        if (expected.kind === "absent") assert.notEqual(expected.because, "");
        else assert.ok((expected.kind === "heard" ? expected.heard : expected.ends).length > 0);
      }
    }
  });

  test("The tables of the README and of docs/faults.md are those of the promises", { timeout }, () => {
    // The last column is of the latest run.
    const promises = (text: string): string[][] => rowsOf(text).map((row) => row.slice(0, -1));
    assert.deepEqual(promises(tableOf(textOf("../../README.md"))), promises(readmeTable(unplayed())));
    const tables = (page: string): string[][] => rowsOf(page.slice(page.indexOf("\n## ")));
    assert.deepEqual(tables(textOf("../../docs/faults.md")), tables(summary(unplayed())));
  });

  test(
    "Whatever goes wrong in a running task, the caller hears of it and the pool goes on",
    { timeout },
    () =>
      assertAsPromised(existing(
        faults.filter((fault) => fault !== "memory").map((fault): Cell => ({
          fault,
          moment: "running",
          subject: "apply",
          context: fault === "SIGKILL" || fault === "SIGSTOP" ? "process" : "worker",
        })),
      )),
  );

  test(
    "Whenever a worker ends itself, the caller hears of it and the pool goes on",
    { timeout },
    () =>
      assertAsPromised(existing(moments.map((moment) => ({
        fault: "exit 7",
        moment,
        subject: "imap",
        context: "worker",
      })))),
  );

  test(
    "Whatever a worker works for, its end is heard of and a fresh one takes its place",
    { timeout },
    () =>
      assertAsPromised(existing(subjects.map((subject) => ({
        fault: "unhandled rejection",
        moment: "running",
        subject,
        context: "worker",
      })))),
  );

  test(
    "What is busy for ever, or ends in its last moment, keeps nobody waiting",
    { timeout },
    () =>
      assertAsPromised(existing([
        "loop/idle/apply/worker",
        "reject later/encode/queue peer/worker",
        "memory/running/text/worker",
        "loop/running/manager/worker",
        "loop/initializer/manager/worker",
        "throw unencodable/encode/manager/worker",
        "unhandled rejection/idle/Process/worker",
      ].map(cellOf))),
  );

  test(
    "A cell whose fault does not come is not as promised, whatever its caller hears",
    { timeout },
    async () => {
      const cell = cellOf("throw/terminate/apply/inline");
      const [verdict] = await playMatrix([cell], { runtime, command: process.execPath, jobs: 1, isTame: true });
      assert.equal(verdict?.found.split(",")[0], "PoolClosedError");
      assert.equal(verdict?.problem, "the fault did not come");
    },
  );

  const seed = Number(process.env["MANYHANDS_SEED"] ?? 1);
  test(
    `Cells drawn from the whole matrix, seed ${seed}`,
    { timeout },
    () => assertAsPromised(existing(drawn(4, seed))),
  );
});
