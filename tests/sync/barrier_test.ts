import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Barrier, BrokenBarrierError, Pool, SharedArray, TaskEncodingError } from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;
const PARTIES = 5;

function parties<T>(act: (party: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: PARTIES }, (_, party) => act(party)));
}

function outcomes(results: PromiseSettledResult<unknown>[]): string[] {
  return results.map((result) =>
    result.status === "fulfilled" ? "passed" : result.reason instanceof BrokenBarrierError ? "broken" : "failed"
  );
}

const allBroken = new Array(PARTIES).fill("broken");

describe("_TestBarrier", () => {
  test("test_barrier, test_barrier_10: all parties go round by round", { timeout }, async () => {
    const pool = new Pool(3);
    const [barrier, array] = [new Barrier(3), new SharedArray("i", 1)];
    const seen = await Promise.all([1, 2, 3].map(() => pool.apply(targets.pass, [barrier, array, 10])));
    for (const one of seen) assert.deepEqual(one, [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    assert.deepEqual([barrier.nWaiting, barrier.broken], [0, false]);
    await pool.terminate();
  });

  test("test_wait_return: each party gets a number of its own", { timeout }, async () => {
    const barrier = new Barrier(PARTIES);
    const results = await Promise.all(Array.from({ length: PARTIES }, () => barrier.wait()));
    assert.deepEqual(results.sort(), [0, 1, 2, 3, 4]);
  });

  test("test_action: the action has run once before any party goes on", { timeout }, async () => {
    let calls = 0;
    const barrier = new Barrier(PARTIES, { action: () => Promise.resolve().then(() => calls++) });
    const seen = await parties(async () => (await barrier.wait(), calls));
    assert.deepEqual(seen.map((one) => (one as PromiseFulfilledResult<number>).value), [1, 1, 1, 1, 1]);
  });

  test("test_action: an action that is a task goes along to other processes", { timeout }, async () => {
    const pool = new Pool(2);
    const barrier = new Barrier(2, { action: targets.countAction });
    const results = await Promise.all([1, 2].map(() => pool.apply(targets.waitAtBarrier, [barrier])));
    assert.deepEqual(results.map(([, actions]) => actions).sort(), [0, 1]);
    await assert.rejects(pool.apply(targets.waitAtBarrier, [new Barrier(2, { action: () => 1 })]), TaskEncodingError);
    await pool.terminate();
  });

  test("test_action: one that throws breaks the barrier for all", { timeout }, async () => {
    const barrier = new Barrier(2, {
      action: () => {
        throw new RangeError("no");
      },
    });
    const [first, last] = await Promise.allSettled([barrier.wait(), barrier.wait()]);
    assert.ok(first.status === "rejected" && first.reason instanceof BrokenBarrierError);
    assert.ok(last.status === "rejected" && last.reason instanceof RangeError);
  });

  test("test_abort: one aborts, nobody passes", { timeout }, async () => {
    const barrier = new Barrier(PARTIES);
    const results = await parties((party) =>
      party === 4 ? Promise.resolve(barrier.abort() as unknown) : barrier.wait()
    );
    assert.deepEqual(outcomes(results).slice(0, 4), ["broken", "broken", "broken", "broken"]);
    assert.equal(barrier.broken, true);
    await assert.rejects(barrier.wait(), BrokenBarrierError);
  });

  test("test_abort_and_reset: after a reset all pass", { timeout }, async () => {
    const barrier = new Barrier(PARTIES);
    const waiting = barrier.wait();
    barrier.abort();
    await assert.rejects(waiting, BrokenBarrierError);
    barrier.reset();
    assert.deepEqual(outcomes(await parties(() => barrier.wait())), new Array(PARTIES).fill("passed"));
  });

  test("a reset breaks those that wait and nobody else", { timeout }, async () => {
    const barrier = new Barrier(2);
    const waiting = assert.rejects(barrier.wait(), BrokenBarrierError);
    barrier.reset();
    assert.equal(barrier.broken, false);
    assert.deepEqual((await Promise.all([barrier.wait(), barrier.wait()])).sort(), [0, 1]);
    await waiting;
    assert.equal(barrier.broken, false);
  });

  test("test_timeout, test_default_timeout: one that is late breaks it for all", { timeout }, async () => {
    const own = new Barrier(PARTIES);
    assert.deepEqual(
      outcomes(
        await parties((party) => party === 4 ? Promise.reject(new BrokenBarrierError("")) : own.wait({ timeout: 50 })),
      ),
      allBroken,
    );
    const preset = new Barrier(2, { timeout: 50 });
    await assert.rejects(preset.wait(), BrokenBarrierError);
    assert.equal(preset.broken, true);
  });

  test("test_single_thread: a barrier of one lets it through", { timeout }, async () => {
    const barrier = new Barrier(1);
    assert.equal(await barrier.wait(), 0);
    assert.equal(barrier.waitSync(), 0);
  });

  test("test_thousand: a thousand rounds", { timeout }, async () => {
    const pool = new Pool(2);
    const [barrier, array] = [new Barrier(2), new SharedArray("i", 1)];
    const seen = await Promise.all([1, 2].map(() => pool.apply(targets.pass, [barrier, array, 1000])));
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(seen[0], Array.from({ length: 1000 }, (_, round) => 2 * (round + 1)));
    await pool.terminate();
  });

  test("bad numbers of parties and actions are refused", { timeout }, () => {
    for (const count of [0, -1, 1.5, 4096]) assert.throws(() => new Barrier(count), RangeError);
    assert.throws(() => new Barrier(1, { action: 5 as never }), TypeError);
  });
});
