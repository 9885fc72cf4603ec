import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuCount } from "../../mod.ts";
import { AwakeCount } from "../../src/sync/awake_count.ts";

test("All views of one count see who entered and left, and no other word changes", { timeout: 10_000 }, () => {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const [one, other] = [new AwakeCount(words, 1), new AwakeCount(new Int32Array(words.buffer), 1)];
  one.enter();
  other.enter();
  assert.deepEqual([...words], [0, 2, 0]);
  one.leave();
  assert.deepEqual([...words], [0, 1, 0]);
});

test("Cores are left while fewer are awake than there are", { timeout: 10_000 }, () => {
  const count = new AwakeCount(new Int32Array(new SharedArrayBuffer(4)), 0);
  for (let awake = 0; awake < cpuCount(); awake++) {
    assert.ok(count.leavesCores());
    count.enter();
  }
  assert.ok(!count.leavesCores());
  count.leave();
  assert.ok(count.leavesCores());
});
