import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Condition, Event, Lock, ManyhandsError, Pool, Process, RLock, Semaphore, SharedArray } from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

function notOwner(error: unknown): boolean {
  return error instanceof ManyhandsError && error.code === "ERR_NOT_OWNER";
}

/** Waiters in workers, all of them waiting. */
async function waiters(pool: Pool, condition: Condition, count: number, limit?: number) {
  const [ready, woken] = [new Semaphore(0), new Semaphore(0)];
  const done = Array.from(
    { length: count },
    () => pool.apply(targets.waitForCondition, [condition, ready, woken, limit]),
  );
  for (let i = 0; i < count; i++) await ready.acquire();
  return { done: Promise.all(done), woken };
}

async function notify(condition: Condition, count: number): Promise<void> {
  using _guard = await condition.acquire();
  condition.notify(count);
}

describe("_TestCondition", () => {
  for (const Kind of [Lock, RLock]) {
    test(`test_notify: each notify wakes one waiter (${Kind.name})`, { timeout }, async () => {
      const pool = new Pool(2);
      const condition = new Condition(new Kind());
      const { done, woken } = await waiters(pool, condition, 2);
      await notify(condition, 1);
      await woken.acquire();
      assert.equal(await woken.acquire({ timeout: 50 }), undefined);
      await notify(condition, 1);
      await woken.acquire();
      assert.deepEqual(await done, [true, true]);
      await pool.terminate();
    });
  }

  test("test_notify_all: all that wait are woken; those whose time ended are not waited for", { timeout }, async () => {
    const pool = new Pool(6);
    const condition = new Condition();
    const late = await waiters(pool, condition, 6, 20);
    assert.deepEqual(await late.done, new Array(6).fill(false));
    const { done } = await waiters(pool, condition, 6);
    await notify(condition, Infinity);
    assert.deepEqual(await done, new Array(6).fill(true));
    await pool.terminate();
  });

  test("test_timeout: a wait without a notification ends at its limit", { timeout }, async () => {
    const condition = new Condition();
    using _guard = await condition.acquire();
    assert.equal(await condition.wait({ timeout: 50 }), false);
    assert.equal(condition.waitSync(50), false);
  });

  test("test_waitfor: waits until the predicate holds", { timeout }, async () => {
    const pool = new Pool(1);
    const [condition, state] = [new Condition(), new SharedArray("i", [-1])];
    const child = pool.apply(targets.waitForFour, [condition, state]);
    {
      using _guard = await condition.acquire();
      assert.equal(await condition.waitFor(() => state.get(0) === 0), true);
    }
    for (let i = 0; i < 4; i++) {
      using _guard = await condition.acquire();
      state.set(0, state.get(0) + 1);
      condition.notify();
    }
    assert.equal(await child, true);
    await pool.terminate();
  });

  test("test_waitfor_timeout: gives the predicate's last value at its limit", { timeout }, async () => {
    const [condition, state] = [new Condition(), new SharedArray("i", [3])];
    using _guard = await condition.acquire();
    const start = performance.now();
    assert.equal(await condition.waitFor(() => state.get(0) === 4, { timeout: 100 }), false);
    assert.ok(performance.now() - start >= 95);
  });

  test(
    "test_wait_result: false without, true with a notification; a signal rejects the wait",
    { timeout },
    async () => {
      const condition = new Condition();
      const guard = await condition.acquire();
      assert.equal(await condition.wait({ timeout: 0 }), false);
      const controller = new AbortController();
      const waiting = condition.wait({ signal: controller.signal });
      const other = condition.acquire().then((inner) => {
        controller.abort(new Error("enough"));
        inner.release();
      });
      await assert.rejects(waiting, /enough/);
      await other;
      assert.equal(condition.lock.locked(), true);
      guard.release();
    },
  );

  test("without its lock neither wait nor notify", { timeout }, async () => {
    const condition = new Condition();
    await assert.rejects(condition.wait(), notOwner);
    assert.throws(() => condition.notify(), notOwner);
    assert.throws(() => condition.notifyAll(), notOwner);
    assert.throws(() => new Condition({} as Lock), TypeError);
    condition.acquireSync();
    assert.throws(() => condition.notify(0), RangeError);
    condition.release();
  });

  test("a notification does not go to a waiter that died", { timeout }, async () => {
    const [condition, ready, woken] = [new Condition(), new Semaphore(0), new Semaphore(0)];
    const child = new Process({ target: targets.waitForCondition, args: [condition, ready, woken, undefined] });
    child.start();
    await ready.acquire();
    (await condition.acquire()).release();
    child.terminate();
    await child.join();
    // It may have ended on its way out of the wait, with the lock in its hands.
    condition.lock.recover();
    const guard = await condition.acquire();
    const waiting = condition.wait();
    const told = new Event();
    void notify(condition, 1).then(() => told.set());
    assert.equal(await waiting, true);
    guard.release();
    await told.wait();
  });
});
