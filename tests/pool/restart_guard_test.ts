import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartGuard } from "../../src/pool/restart_guard.ts";

const timeout = 10_000;

test("A worker that a task took with it is replaced at once, however often", { timeout }, () => {
  const guard = new RestartGuard(Infinity);
  for (let i = 0; i < 100; i++) assert.equal(guard.delayAfter(true, 0, i), 0);
});

test("Workers that end without anything to do come back ever more slowly, up to 5 s", { timeout }, () => {
  const guard = new RestartGuard(Infinity);
  const delays = Array.from({ length: 12 }, (_, i) => guard.delayAfter(false, 0, i));
  assert.deepEqual(delays, [0, 0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test("An answer makes the next replacement come at once again", { timeout }, () => {
  const guard = new RestartGuard(Infinity);
  for (let i = 0; i < 8; i++) guard.delayAfter(false, 0, i);
  assert.equal(guard.delayAfter(false, 1, 9), 0);
});

test("Only losses of the last minute count against the most that are allowed", { timeout }, () => {
  const guard = new RestartGuard(2);
  for (const now of [0, 1000]) {
    guard.delayAfter(true, 0, now);
    assert.equal(guard.isExceeded(now), false);
  }
  guard.delayAfter(true, 0, 2000);
  assert.equal(guard.isExceeded(2000), true);
  assert.equal(guard.isExceeded(60_500), false);
});
