import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Condition,
  currentProcess,
  Event,
  getContext,
  Lock,
  ManyhandsError,
  OwnerDiedError,
  RLock,
  SharedArray,
} from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;
const { Process, Pool } = getContext("inline");

const stopped = (error: unknown): boolean => error instanceof ManyhandsError && error.code === "ERR_STOPPED";

/** Asserts that a lock is found abandoned, and is as good as new once it was recovered. */
async function assertAbandoned(lock: Lock | RLock): Promise<void> {
  assert.equal(lock.locked(), false);
  await assert.rejects(lock.acquire(), OwnerDiedError);
  assert.throws(() => lock.acquireSync(0), OwnerDiedError);
  assert.equal(lock.recover(), true);
  (await lock.acquire()).release();
}

describe("Locks of processes that share a thread", () => {
  test("what one holds when it returns or throws is abandoned", { timeout }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      for (const isToThrow of [false, true]) {
        const child = new Process({ target: targets.acquireAndLeave, args: [lock, isToThrow] });
        child.start();
        await child.join();
        assert.equal(child.exitCode, isToThrow ? 1 : 0);
        await assertAbandoned(lock);
      }
    }
  });

  test("what one holds that is given up is abandoned, also for those that wait, and it acquires no more", {
    timeout,
  }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      const [held, go, notes] = [new Event(), new Event(), new SharedArray("i", 1)];
      const child = new Process({ target: targets.acquireTwice, args: [lock, held, go, notes] });
      child.start();
      await held.wait();
      assert.equal(lock.locked(), true);
      const waiting = assert.rejects(lock.acquire(), OwnerDiedError);
      child.terminate();
      await child.join();
      await waiting;
      await assertAbandoned(lock);
      go.set();
      while (notes.get(0) === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(notes.get(0), 1);
      assert.equal(lock.locked(), false);
    }
  });

  test("what a worker of a pool holds is abandoned at its end, and not before", { timeout }, async () => {
    const lock = new Lock();
    const pool = new Pool(1);
    await pool.apply(targets.acquireAndLeave, [lock, false]);
    assert.equal(lock.locked(), true);
    await pool.terminate();
    await assertAbandoned(lock);
  });

  test("an RLock of one is not that of another", { timeout }, async () => {
    const lock = new RLock();
    const pool = new Pool(1);
    assert.equal(await pool.apply(targets.tryAcquire, [lock]), true);
    const guard = await lock.acquire();
    assert.equal(await pool.apply(targets.tryAcquire, [lock]), false);
    guard.release();
    assert.equal(await pool.apply(targets.tryAcquire, [lock]), true);
    await pool.terminate();
  });

  test("a waiter of a condition that was given up takes no notification", { timeout }, async () => {
    const [condition, waits] = [new Condition(), new Event()];
    const child = new Process({ target: targets.waitUntilNotified, args: [condition, waits] });
    child.start();
    await waits.wait();
    const guard = await condition.acquire();
    child.terminate();
    await child.join();
    const waiting = condition.wait();
    const other = await condition.acquire();
    condition.notify(1);
    other.release();
    assert.equal(await waiting, true);
    guard.release();
  });

  test("a callback of the program is no part of the worker whose answer it hears", { timeout }, async () => {
    const lock = new Lock();
    const pool = new Pool(1);
    const heard: unknown[] = [];
    const callback = (): void => {
      heard.push(currentProcess().name, lock.acquireSync(0) !== undefined);
    };
    await pool.applyAsync(targets.tryAcquire, [new Lock()], { callback });
    await pool.terminate();
    assert.deepEqual(heard, ["MainProcess", true]);
    assert.equal(lock.locked(), true);
    lock.release();
  });

  test("the error of one that has ended names it", { timeout }, async () => {
    const [lock, go] = [new Lock(), new Event()];
    const child = new Process({ target: targets.tryAcquireAfter, args: [lock, go], name: "Late" });
    child.start();
    await child.join();
    go.set();
    assert.match(String(await targets.lateOutcome), /Late has ended/);
    assert.ok(stopped(await targets.lateOutcome));
  });
});
