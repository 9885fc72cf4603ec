import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BoundedSemaphore, ManyhandsError, Pool, Semaphore, SharedArray } from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

describe("_TestSemaphore", () => {
  test("test_semaphore: permits are counted down and up", { timeout }, async () => {
    const semaphore = new Semaphore(2);
    assert.equal(semaphore.value, 2);
    await semaphore.acquire();
    assert.equal(semaphore.value, 1);
    semaphore.acquireSync();
    assert.equal(semaphore.value, 0);
    assert.equal(await semaphore.acquire({ timeout: 0 }), undefined);
    for (const value of [1, 2, 3, 4]) {
      semaphore.release();
      assert.equal(semaphore.value, value);
    }
  });

  test("test_bounded_semaphore: never more permits than at first", { timeout }, async () => {
    const semaphore = new BoundedSemaphore(2);
    (await semaphore.acquire()).release();
    assert.throws(
      () => semaphore.release(),
      (error) => error instanceof ManyhandsError && error.code === "ERR_TOO_MANY_RELEASES",
    );
    assert.equal(semaphore.value, 2);
  });

  test("test_timeout: an acquire without a permit gives up at its limit", { timeout }, async () => {
    const semaphore = new Semaphore(0);
    assert.equal(semaphore.acquireSync(0), undefined);
    const start = performance.now();
    assert.equal(await semaphore.acquire({ timeout: 100 }), undefined);
    assert.equal(semaphore.acquireSync(100), undefined);
    assert.ok(performance.now() - start >= 190);
  });

  test("bad numbers of permits are refused", { timeout }, () => {
    for (const permits of [-1, 0.5, NaN, 2 ** 30, "2"]) {
      assert.throws(() => new Semaphore(permits as number), RangeError);
    }
    assert.throws(() => new Semaphore(1).release(0), RangeError);
  });

  test("never more holders than permits, over processes", { timeout }, async () => {
    const pool = new Pool(3);
    const [semaphore, array] = [new Semaphore(2), new SharedArray("i", 1)];
    const most = await Promise.all([1, 2, 3].map(() => pool.apply(targets.enter, [semaphore, array, 3000])));
    assert.ok(Math.max(...most) <= 2);
    assert.equal(semaphore.value, 2);
    await pool.terminate();
  });

  test("a bounded semaphore that was sent keeps its bound", { timeout }, async () => {
    const pool = new Pool(1);
    const [semaphore, array] = [new BoundedSemaphore(1), new SharedArray("i", 1)];
    assert.equal(await pool.apply(targets.enter, [semaphore, array, 10]), 1);
    await assert.rejects(
      pool.apply((one: BoundedSemaphore) => one.release(), [semaphore]),
      (error) => error instanceof ManyhandsError && error.code === "ERR_TOO_MANY_RELEASES",
    );
    await pool.terminate();
  });
});
