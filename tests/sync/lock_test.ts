import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Event, Lock, ManyhandsError, OwnerDiedError, Pool, Process, Queue, RLock, SharedArray } from "../../mod.ts";
import { runtime } from "../../src/runtime/current.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

function code(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof ManyhandsError && error.code === expected;
}

describe("_TestLock", () => {
  test("test_lock: one holder at a time; a release too many is an error", { timeout }, async () => {
    const lock = new Lock();
    const guard = await lock.acquire();
    assert.equal(lock.locked(), true);
    assert.equal(await lock.acquire({ timeout: 0 }), undefined);
    assert.equal(lock.acquireSync(0), undefined);
    guard.release();
    guard.release();
    assert.equal(lock.locked(), false);
    assert.throws(() => lock.release(), code("ERR_NOT_HELD"));
    lock.dispose();
    await assert.rejects(lock.acquire(), code("ERR_DISPOSED"));
  });

  test("test_lock_locked_2processes: a lock that a child holds is locked here", { timeout }, async () => {
    const [lock, held, go] = [new Lock(), new Event(), new Event()];
    const child = new Process({ target: targets.acquireSyncAndTell, args: [lock, held, go] });
    child.start();
    await held.wait();
    assert.equal(lock.locked(), true);
    assert.equal(await lock.acquire({ timeout: 10 }), undefined);
    const waiting = lock.acquire();
    go.set();
    (await waiting).release();
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  test("test_rlock: the owner may acquire again, and releases as often", { timeout }, async () => {
    const lock = new RLock();
    for (let i = 0; i < 3; i++) await lock.acquire();
    for (let i = 0; i < 3; i++) {
      assert.equal(lock.locked(), true);
      lock.release();
    }
    assert.equal(lock.locked(), false);
    assert.throws(() => lock.release(), code("ERR_NOT_OWNER"));
  });

  test("test_rlock_locked_2processes: only its owner may release it", { timeout }, async () => {
    const [lock, held] = [new RLock(), new Event()];
    const child = new Process({ target: targets.acquireAndTell, args: [lock, held] });
    child.start();
    await held.wait();
    assert.equal(lock.locked(), true);
    assert.throws(() => lock.release(), code("ERR_NOT_OWNER"));
    child.terminate();
    await child.join();
  });

  test("test_lock_context, test_rlock_context: a guard releases at the end of its scope, and on a throw", {
    timeout,
  }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      await assert.rejects(async () => {
        using _guard = await lock.acquire();
        assert.equal(lock.locked(), true);
        throw new Error("inside");
      }, /inside/);
      assert.equal(lock.locked(), false);
    }
  });

  test("a wait ends by its signal, and leaves the lock as it was", { timeout }, async () => {
    const lock = new Lock();
    lock.acquireSync();
    const controller = new AbortController();
    const waiting = lock.acquire({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    lock.release();
    assert.equal(lock.locked(), false);
    await assert.rejects(lock.acquire({ timeout: NaN }), RangeError);
  });

  test("two workers and the main thread count under a lock and lose nothing", { timeout }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      const pool = new Pool(2);
      const array = new SharedArray("i", 1);
      const work = [1, 2].map(() => pool.apply(targets.count, [lock, array, 20_000]));
      for (let i = 0; i < 200; i++) {
        using _guard = await lock.acquire();
        array.view[0]!++;
      }
      await Promise.all(work);
      assert.equal(array.get(0), 40_200);
      await pool.terminate();
    }
  });
});

describe("A lock whose owner died", () => {
  test("every acquire fails until it is recovered", { timeout }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      const held = new Event();
      const child = new Process({ target: targets.acquireAndTell, args: [lock, held] });
      child.start();
      await held.wait();
      const waiting = assert.rejects(lock.acquire(), OwnerDiedError);
      child.terminate();
      await child.join();
      await waiting;
      await assert.rejects(lock.acquire({ timeout: 0 }), OwnerDiedError);
      assert.throws(() => lock.acquireSync(0), OwnerDiedError);
      assert.equal(lock.recover(), true);
      assert.equal(lock.recover(), false);
      (await lock.acquire()).release();
    }
  });

  test("a lock that nobody waited for is found abandoned too", { timeout }, async () => {
    const [lock, held] = [new Lock(), new Event()];
    const child = new Process({ target: targets.acquireAndTell, args: [lock, held] });
    child.start();
    await held.wait();
    child.terminate();
    await child.join();
    assert.equal(lock.locked(), false);
    assert.throws(() => lock.release(), code("ERR_NOT_HELD"));
    assert.equal(lock.recover(), true);
  });

  test("one that was busy when it was ended by force has the lock no longer, also where it goes on", {
    timeout,
  }, async () => {
    for (const lock of [new Lock(), new RLock()]) {
      const [held, notes, queue] = [new Event(), new SharedArray("i", 3), new Queue<number>()];
      const child = new Process({ target: targets.acquireAndSpin, args: [lock, held, notes, queue] });
      child.start();
      await held.wait();
      const waiting = assert.rejects(lock.acquire(), OwnerDiedError);
      child.kill();
      await child.join();
      await waiting;
      assert.equal(lock.recover(), true);
      const guard = await lock.acquire();
      Atomics.store(notes.view, 0, 1);
      if (runtime.name === "deno") {
        const end = Atomics.waitAsync(notes.view, 2, 0, 10_000);
        if (end.async) await end.value;
        assert.equal(notes.view[1], 4);
      }
      assert.equal(lock.locked(), true);
      assert.equal(queue.qsize(), 0);
      guard.release();
      assert.equal(lock.locked(), false);
    }
  });
});
