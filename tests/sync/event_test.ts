import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Event, Lock, Process } from "../../mod.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

describe("_TestEvent", () => {
  test("test_event: a flag that processes share", { timeout }, async () => {
    const event = new Event();
    assert.equal(event.isSet(), false);
    assert.equal(await event.wait({ timeout: 0 }), false);
    const start = performance.now();
    assert.equal(await event.wait({ timeout: 100 }), false);
    assert.ok(performance.now() - start >= 95);
    event.set();
    assert.equal(event.isSet(), true);
    assert.equal(await event.wait(), true);
    assert.equal(event.waitSync(100), true);
    event.clear();
    assert.equal(event.isSet(), false);
    const child = new Process({ target: targets.setEvent, args: [event] });
    child.start();
    assert.equal(await event.wait(), true);
    await child.join();
  });

  test("a limit that is a plain number, as in Python, is refused and no wait for ever", { timeout }, async () => {
    await assert.rejects(new Event().wait(5 as never), TypeError);
    const lock = new Lock();
    const guard = await lock.acquire();
    await assert.rejects(lock.acquire(5 as never), TypeError);
    guard.release();
  });

  test("all that wait hear of a flag that is cleared at once", { timeout }, async () => {
    const event = new Event();
    const waits = [1, 2, 3].map(() => event.wait());
    event.set();
    event.clear();
    assert.deepEqual(await Promise.all(waits), [true, true, true]);
  });
});
