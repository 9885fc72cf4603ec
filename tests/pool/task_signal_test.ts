import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pool } from "../../mod.ts";
import { Count, type Gate, newGate, reaches, read } from "./fixtures/gate.ts";
import { isAborted, mark, spinUntilAborted, waitUntilAborted } from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;
const endings: Record<string, (gate: Gate) => string | Promise<string>> = {
  "a loop that never waits": spinUntilAborted,
  "a task that waits for the event": waitUntilAborted,
};

/** Checks that the worker of the one process lives on, and that what it runs next has a signal of its own. */
async function assertUnhurt(pool: Pool, before: string): Promise<void> {
  assert.deepEqual(await Promise.all(range(20).map(() => pool.apply(isAborted))), range(20).map(() => false));
  assert.equal(await pool.apply(mark), before);
  assert.equal(pool.stats().lost, 0);
}

for (const [name, endless] of Object.entries(endings)) {
  test(
    `cancel aborts the signal of ${name}, which ends in time and keeps its worker`,
    { timeout },
    () =>
      withPool(1, async (pool) => {
        const [gate, before] = [newGate(), await pool.apply(mark)];
        const result = pool.applyAsync(endless, [gate]);
        await reaches(gate, Count.Arrived, 1);
        const neighbours = range(10).map(() => pool.apply(isAborted));
        result.cancel();
        await assert.rejects(result.get(), { code: "ERR_CANCELLED" });
        assert.deepEqual(await Promise.all(neighbours), range(10).map(() => false));
        assert.equal(read(gate, Count.Ran), 1);
        await assertUnhurt(pool, before);
      }),
  );

  test(
    `An AbortSignal of the job and taskTimeout do the same to ${name}`,
    { timeout },
    () =>
      withPool({ processes: 1, taskTimeout: 300 }, async (pool) => {
        const [gate, before] = [newGate(), await pool.apply(mark)];
        const controller = new AbortController();
        const aborted = assert.rejects(pool.apply(endless, [gate], { signal: controller.signal }), {
          message: "enough",
        });
        await reaches(gate, Count.Arrived, 1);
        controller.abort(new Error("enough"));
        await aborted;
        await assert.rejects(pool.apply(endless, [gate]), { name: "TimeoutError" });
        await pool.apply(mark);
        assert.equal(read(gate, Count.Ran), 2);
        await assertUnhurt(pool, before);
      }),
  );
}

test("terminate aborts the signal of what runs", { timeout }, async () => {
  const gates = Object.values(endings).map((endless) => ({ endless, gate: newGate() }));
  await withPool(2, async (pool) => {
    const calls = gates.map(({ endless, gate }) => assert.rejects(pool.apply(endless, [gate])));
    for (const { gate } of gates) await reaches(gate, Count.Arrived, 1);
    await pool.terminate();
    await Promise.all(calls);
  });
  for (const { gate } of gates) assert.equal(read(gate, Count.Ran), 1);
});
