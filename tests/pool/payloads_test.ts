import assert from "node:assert/strict";
import { test } from "node:test";
import { accounting } from "../../src/memory/allocator.ts";
import { Count, newGate, read } from "./fixtures/gate.ts";
import { countRun, echo, exitWith, giveBytes, giveKept, keptBytes, lookAt, square } from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;
const MIB = 1024 * 1024;

/** The bytes of a buffer or view. */
function viewOn(value: unknown): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value as ArrayBuffer);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

test(
  "Buffers and strings of 1 and 5 MiB come back whole, among small calls that get their own answers",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const bytes = Uint8Array.from({ length: 5 * MIB }, (_, i) => i * 7 + (i >> 9));
      const text = "naïve Σίσυφος 東京 ".repeat(60_000);
      const large = [bytes, bytes.subarray(0, MIB), text, "x".repeat(MIB), bytes.subarray(5, 5 + MIB)];
      for (let round = 0; round < 3; round++) {
        const calls = range(100).map((i) =>
          i % 20 === 7 ? pool.apply(echo, [large[(i - 7) / 20]]) : pool.apply(square, [i])
        );
        const answers = await Promise.all(calls);
        answers.forEach((answer, i) => {
          if (i % 20 !== 7) return assert.equal(answer, i * i);
          const sent = large[(i - 7) / 20];
          if (typeof sent === "string") assert.ok(answer === sent);
          else assert.equal(Buffer.compare(answer as Uint8Array, sent), 0);
        });
      }
      const lengths = [0, 1, 262_143, 262_144, 262_145, 5 * MIB];
      const given = await pool.map(giveBytes, lengths, { chunksize: 1 });
      assert.deepEqual(given.map((each) => each.length), lengths);
    }),
);

test(
  "Long views of every kind are answers of their own memory, and their worker keeps what it gave",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const bytes = Uint8Array.from({ length: MIB }, (_, i) => i * 11 + (i >> 8)).buffer;
      const views = [
        new Uint8ClampedArray(bytes),
        new Int16Array(bytes),
        new BigInt64Array(bytes),
        new DataView(bytes),
      ];
      const sent = [bytes, new Uint8Array(bytes), ...views, new Float64Array(bytes, 8, 60_000), Buffer.from(bytes)];
      const answers = await Promise.all(sent.map((each) => pool.apply(echo, [each])));
      answers.forEach((answer, i) => {
        const expected = sent[i] instanceof Buffer ? new Uint8Array(bytes) : sent[i];
        assert.equal(Object.getPrototypeOf(answer), Object.getPrototypeOf(expected));
        assert.equal(Buffer.compare(viewOn(answer), viewOn(expected)), 0);
        assert.equal(viewOn(answer).buffer.byteLength, viewOn(answer).length);
      });
      const kept = await Promise.all(range(20).map(() => pool.apply(giveKept, [])));
      for (const each of kept) assert.equal(Buffer.compare(each, keptBytes), 0);
    }),
);

test(
  "Long answers of workers that are replaced after each, and of one whose host is busy, all arrive",
  { timeout },
  async () => {
    await withPool({ processes: 2, maxTasksPerChild: 1 }, async (pool) => {
      const lengths = range(6).map((i) => MIB + i);
      const given = await Promise.all(lengths.map((length) => pool.apply(giveBytes, [length])));
      assert.deepEqual(given.map((each) => each.length), lengths);
    });
    const gate = newGate();
    await withPool(1, async (pool) => {
      const bytes = new Uint8Array(MIB).fill(7);
      await pool.apply(countRun, [gate, bytes]);
      const calls = range(80).map(() => pool.apply(countRun, [gate, bytes]));
      const words = gate.view as Int32Array<SharedArrayBuffer>;
      for (let ran = read(gate, Count.Ran); ran < 20; ran = read(gate, Count.Ran)) {
        Atomics.wait(words, Count.Ran, ran, 100);
      }
      for (const each of await Promise.all(calls)) assert.equal(Buffer.compare(each as Uint8Array, bytes), 0);
    });
  },
);

test(
  "Long texts of any kind come back as they were, alone and beside others",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const texts = ["x", "é", "東", "😀", "\ud83d", "\ufeff"].map((part) => part.repeat(300_000 / part.length));
      const sent: unknown[] = [...texts, [texts[1]], [texts[2], 1], { text: texts[3] }, [[texts[0]]]];
      const answers = await Promise.all(sent.map((each) => pool.apply(echo, [each])));
      answers.forEach((answer, i) => assert.deepEqual(answer, sent[i]));
      assert.deepEqual(await pool.map(echo, texts, { chunksize: 1 }), texts);
    }),
);

test(
  "Values that only a structured clone carries keep their order among the others",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const shared = { name: "shared" };
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      const calls = range(60).map((i): Promise<unknown> => {
        if (i % 3 === 0) return pool.apply(square, [i]);
        if (i % 3 === 1) return pool.apply(lookAt, [{ a: shared, b: shared }]);
        return pool.apply(echo, [cycle]);
      });
      (await Promise.all(calls)).forEach((answer, i) => {
        if (i % 3 === 0) assert.equal(answer, i * i);
        else if (i % 3 === 1) assert.equal(answer, "[object Object] same");
        else assert.equal((answer as typeof cycle).self, answer);
      });
    }),
);

test("A SharedArrayBuffer is the same memory in the worker", { timeout }, () =>
  withPool(1, async (pool) => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    await pool.apply((words: Int32Array) => Atomics.add(words, 0, 5), [words]);
    assert.equal(words[0], 5);
  }));

test("An argument that is changed after the call arrives as it was", { timeout }, () =>
  withPool(1, async (pool) => {
    const argument = { list: [1, 2], self: undefined as unknown };
    argument.self = argument;
    const plain = { list: [1, 2] };
    const calls = range(3000).map(() => pool.apply((each: { list: number[] }) => each.list.length, [plain]));
    const cyclic = pool.apply((each: { list: number[] }) => each.list.length, [argument]);
    plain.list.push(3);
    argument.list.push(3);
    assert.deepEqual(new Set(await Promise.all(calls)), new Set([2]));
    assert.equal(await cyclic, 2);
  }));

test("Long payloads leave nothing in the shared memory, however their tasks end", { timeout }, async () => {
  const before = accounting().blocks;
  const bytes = new Uint8Array(MIB).fill(7);
  await withPool(2, async (pool) => {
    await pool.apply(square, [1]);
    const none = accounting().blocks;
    await Promise.all(range(20).map(() => pool.apply(echo, [bytes])));
    assert.equal(accounting().blocks, none, "after answers");

    const abort = new AbortController();
    const calls = range(20).map(() => pool.apply(echo, [bytes], { signal: abort.signal }));
    abort.abort();
    await Promise.allSettled(calls);
    await Promise.all(range(4).map(() => pool.apply(square, [1])));

    await Promise.allSettled([pool.apply(exitWith, [3]), ...range(6).map(() => pool.apply(echo, [bytes]))]);
    void pool.apply(echo, [bytes]).catch(() => {});
  });
  assert.ok(accounting().blocks <= before + 1, "after the pool's end");
});
