import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptStopWord } from "../../src/core/stop_request.ts";
import { kernels } from "../../src/kernels/kernels.ts";

test("A kernel in a worker that is told to stop leaves its work between two slices", { timeout: 20_000 }, () => {
  const words = new Int32Array(new SharedArrayBuffer(4));
  adoptStopWord(words, 0);
  Atomics.store(words, 0, 1);
  try {
    assert.throws(() => kernels.double(new Float64Array(4)), { code: "ERR_STOPPED" });
    assert.throws(() => kernels.lowercase(new Uint8Array(1 << 20)), { code: "ERR_STOPPED" });
  } finally {
    Atomics.store(words, 0, 0);
  }
  assert.deepEqual([...kernels.double(Float64Array.of(1, 2.5))], [2, 5]);
});
