import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, Pool } from "../../mod.ts";
import { allocate, allocateZeroed, free } from "../../src/memory/allocator.ts";
import { linearMemory, typedView } from "../../src/memory/linear_memory.ts";
import { waitAsync, waitSync } from "../../src/sync/word_wait.ts";
import * as targets from "./fixtures/sync_targets.ts";

const timeout = 60_000;

/** Takes so much that the memory has to grow; whoever waits does so on a buffer of the size before. */
function growMemory(): void {
  const before = linearMemory().buffer.byteLength;
  free(allocate(before));
  linearMemory().grow(0);
  assert.ok(linearMemory().buffer.byteLength > before);
}

test("A sleeper of before a growth of the memory is woken after it", { timeout }, async () => {
  const offset = allocateZeroed(64, 64);
  const words = typedView(Int32Array, offset, 1);
  const wait = Atomics.waitAsync(words, 0, 0, 30_000);
  assert.ok(wait.async);
  growMemory();
  const grown = typedView(Int32Array, offset, 1);
  assert.notEqual(grown.buffer.byteLength, words.buffer.byteLength);
  assert.equal(Atomics.notify(grown, 0), 1);
  assert.equal(await wait.value, "ok");
  free(offset);
});

test("A process that waits is woken after a growth of the memory", { timeout }, async () => {
  const pool = new Pool(1);
  const [waits, go] = [new Event(), new Event()];
  const woken = pool.apply(targets.eventThenWait, [waits, go, 30_000]);
  await waits.wait();
  growMemory();
  go.set();
  assert.equal(await woken, true);
  await pool.terminate();
});

test("A wait ends at its limit, by its signal, and at once where the word says so", { timeout }, async () => {
  const words = new Int32Array(new SharedArrayBuffer(4));
  const never = (): number => 0;
  assert.equal(waitSync(words, 0, () => undefined, 0), true);
  assert.equal(waitSync(words, 0, never, 0), false);
  assert.equal(waitSync(words, 0, never, -5), false);
  assert.equal(await waitAsync(words, 0, never, { timeout: 5 }), false);
  const waiting = waitAsync(words, 0, never, { signal: AbortSignal.abort(new Error("before")) });
  await assert.rejects(waiting, /before/);
  const controller = new AbortController();
  const pending = assert.rejects(waitAsync(words, 0, never, { signal: controller.signal }), /while it waits/);
  controller.abort(new Error("while it waits"));
  await pending;
  await assert.rejects(waitAsync(words, 0, never, { timeout: NaN }), RangeError);
  assert.throws(() => waitSync(words, 0, never, "1" as never), RangeError);
});

test("Waits that are given up leave one sleep behind, whatever their number", { timeout }, async () => {
  const offset = allocateZeroed(64, 64);
  const words = typedView(Int32Array, offset, 1);
  const real: (array: Int32Array, index: number, value: number) => ReturnType<typeof Atomics.waitAsync> =
    Atomics.waitAsync;
  let sleeps = 0;
  Atomics.waitAsync = ((array: Int32Array, index: number, value: number) => {
    if (array.byteOffset === offset) sleeps++;
    return real.call(Atomics, array, index, value);
  }) as typeof Atomics.waitAsync;
  try {
    const look = (): number | undefined => Atomics.load(words, 0) === 0 ? 0 : undefined;
    for (let i = 0; i < 20; i++) assert.equal(await waitAsync(words, 0, look, { timeout: 1 }), false);
    const waits = Array.from({ length: 20 }, () => waitAsync(words, 0, look));
    assert.equal(sleeps, 1);
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    assert.deepEqual(await Promise.all(waits), new Array(20).fill(true));
    assert.equal(sleeps, 1);
  } finally {
    Atomics.waitAsync = real as typeof Atomics.waitAsync;
  }
  free(offset);
});
