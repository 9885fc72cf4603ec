import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { Barrier, BoundedSemaphore, Condition, Event, Lock, Process, Queue, RLock } from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

describe("_TestLock", () => {
  test("test_repr_lock: a lock shows who holds it", { timeout }, async () => {
    const [lock, held] = [new Lock(), new Event()];
    assert.equal(String(lock), "<Lock owner=none>");
    const guard = await lock.acquire();
    assert.equal(String(lock), "<Lock owner=this process>");
    guard.release();
    const child = new Process({ target: targets.acquireAndTell, args: [lock, held] });
    child.start();
    await held.wait();
    assert.equal(String(lock), "<Lock owner=another process>");
    child.terminate();
    await child.join();
    assert.equal(String(lock), "<Lock owner=one that ended>");
    const recursive = new RLock();
    recursive.acquireSync();
    recursive.acquireSync();
    assert.equal(String(recursive), "<RLock owner=this process count=2>");
  });
});

describe("_TestEvent", () => {
  test("test_repr: an event shows whether it is set, on consoles too", { timeout }, () => {
    const event = new Event();
    assert.equal(String(event), "<Event unset>");
    event.set();
    assert.equal(inspect(event), "<Event set>");
    event.clear();
    assert.equal(inspect([event]), "[ <Event unset> ]");
    event.dispose();
    assert.equal(String(event), "<Event disposed>");
  });
});

test("The others show their state as text", { timeout }, async () => {
  assert.equal(String(new BoundedSemaphore(2)), "<BoundedSemaphore value=2>");
  assert.equal(String(new Condition()), "<Condition <Lock owner=none>>");
  assert.equal(String(new Barrier(3)), "<Barrier waiting=0/3>");
  const queue = new Queue();
  await queue.put(1);
  assert.equal(String(queue), "<Queue size=1>");
  queue.close();
  assert.equal(String(queue), "<Queue closed>");
});
