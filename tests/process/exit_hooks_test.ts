import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onExit, Pool, Process, SharedArray, UnsupportedError } from "../../mod.ts";
import { addHooks, countAtEnd, neverSettle } from "./fixtures/exit_hook_targets.ts";

const timeout = 60_000;

async function hooksOf(end: string): Promise<[number | null, number[]]> {
  const seen = new SharedArray("i", 4);
  const child = new Process({ target: addHooks, args: [seen, end] });
  child.start();
  await child.join();
  const items = seen.toArray();
  seen.dispose();
  return [child.exitCode, items];
}

describe("_TestAtExit", () => {
  test("test_atexit: hooks have run, last one first, when join returns", { timeout }, async () => {
    assert.deepEqual(await hooksOf("return"), [0, [2, 2, 1, 0]]);
  });

  test("They run after an uncaught error too", { timeout }, async () => {
    assert.deepEqual(await hooksOf("throw"), [1, [2, 2, 1, 0]]);
  });

  test("They are called, not waited for, on process.exit", { timeout }, async () => {
    assert.deepEqual(await hooksOf("exit"), [5, [2, 2, 1, 0]]);
  });

  test("One that does not settle holds up the end for a time only", { timeout }, async () => {
    const child = new Process({ target: neverSettle });
    child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  test("Those of a pool's worker run when the pool lets it go", { timeout }, async () => {
    const seen = new SharedArray("i", 1);
    const pool = new Pool(2);
    await Promise.all([pool.apply(countAtEnd, [seen]), pool.apply(countAtEnd, [seen])]);
    pool.close();
    await pool.join();
    assert.equal(seen.get(0), 2);
    seen.dispose();
  });

  test("The main process has none, and a hook is a function", { timeout }, () => {
    assert.throws(() => onExit(() => {}), UnsupportedError);
    assert.throws(() => onExit(undefined as never), TypeError);
  });
});
