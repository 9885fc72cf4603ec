import assert from "node:assert/strict";
import { test } from "node:test";
import { AwakeCount } from "../../src/sync/awake_count.ts";

test("All views of one count see who entered and left, and no other word changes", { timeout: 10_000 }, () => {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const [one, other] = [new AwakeCount(words, 1), new AwakeCount(new Int32Array(words.buffer), 1)];
  assert.equal(one.count(), 0);
  one.enter();
  other.enter();
  assert.deepEqual([one.count(), other.count()], [2, 2]);
  one.leave();
  assert.equal(other.count(), 1);
  assert.deepEqual([...words], [0, 1, 0]);
});
