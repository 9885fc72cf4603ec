import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import type { Pool } from "../../mod.ts";
import { Count, newGate, raise, reaches } from "./fixtures/gate.ts";
import { initialize, initializedWith, passGate, square } from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 120_000;
/** What a pool has that is asked for many. */
const MANY = 64;
/** More than come up at a time. `MANYHANDS_HEAVY=1` lets all come up in the end. */
const isHeavy = process.env["MANYHANDS_HEAVY"] === "1";
const several = isHeavy ? MANY : 18;

/** As many calls as there are workers wait for each other: each is in another one. */
async function meet(pool: Pool, count: number): Promise<void> {
  const gate = newGate();
  const calls = range(count).map((x) => pool.apply(passGate, [gate, x]));
  await reaches(gate, Count.Arrived, count);
  assert.equal(pool.stats().alive, count);
  raise(gate, Count.Opened);
  assert.deepEqual(await Promise.all(calls), range(count));
}

describe(`A pool of ${MANY} workers`, () => {
  test("answers while most are still to start, is resized meanwhile, and has them all work at one time in the end", {
    timeout,
  }, () =>
    withPool(MANY, async (pool) => {
      const { processes, alive } = pool.stats();
      assert.equal(processes, MANY);
      assert.ok(alive < MANY, `${alive} workers were started at once`);
      assert.equal(await pool.apply(square, [7]), 49);
      pool.resize(several);
      await meet(pool, several);
      pool.resize(2);
      const squares = pool.map(square, range(100));
      pool.close();
      assert.deepEqual(await squares, range(100).map((x) => x * x));
      await pool.join();
      assert.deepEqual([pool.stats().alive, pool.stats().lost], [0, 0]);
    }));

  for (const context of ["worker", "process"] as const) {
    const skip = !isHeavy && "set MANYHANDS_HEAVY=1";
    test(
      `has an initializer run in each, and answers with those that are up (${context})`,
      { timeout, skip },
      () =>
        withPool({ processes: MANY, context, initializer: initialize, initargs: ["ready"] }, async (pool) => {
          assert.equal(await pool.apply(initializedWith), "ready");
          assert.ok(pool.stats().alive < MANY);
          const found = await pool.map(initializedWith, range(1000), { chunksize: 1 });
          assert.deepEqual(new Set(found), new Set(["ready"]));
          while (pool.stats().alive < MANY) await new Promise((resolve) => setTimeout(resolve, 10));
          assert.equal(pool.stats().lost, 0);
        }),
    );
  }
});
