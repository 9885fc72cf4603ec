import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptStopWord, isStopRequested } from "../../src/core/stop_request.ts";

test("A thread is asked to stop once the word that its host named is set", { timeout: 10_000 }, () => {
  const words = new Int32Array(new SharedArrayBuffer(16));
  adoptStopWord(words, 2);
  words.set([1, 1, 0, 1]);
  assert.equal(isStopRequested(), false);
  Atomics.store(words, 2, 1);
  assert.equal(isStopRequested(), true);
  Atomics.store(words, 2, 0);
  assert.equal(isStopRequested(), false);
});
