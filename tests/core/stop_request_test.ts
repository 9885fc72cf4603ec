import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptStopWord, isStopRequested, throwIfStopRequested } from "../../src/core/stop_request.ts";

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

test(
  "throwIfStopRequested throws ERR_STOPPED once the thread is asked to stop, and not before",
  { timeout: 10_000 },
  () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    adoptStopWord(words, 0);
    throwIfStopRequested();
    Atomics.store(words, 0, 1);
    assert.throws(throwIfStopRequested, { name: "ManyhandsError", code: "ERR_STOPPED" });
    Atomics.store(words, 0, 0);
  },
);
