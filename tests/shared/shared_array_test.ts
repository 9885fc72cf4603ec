import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting, allocate, free } from "../../src/memory/allocator.ts";
import { heapBytes, linearMemory, PAGE_BYTES } from "../../src/memory/linear_memory.ts";
import { SharedArray } from "../../src/shared/shared_array.ts";

const timeout = 30_000;
const disposed = { name: "ManyhandsError", code: "ERR_DISPOSED" };

/** What the codec does with an array that is sent and received. */
function send(array: SharedArray): SharedArray {
  const wireType = wireTypeOf(array)!;
  return wireType.decode(wireType.encode(array)) as SharedArray;
}

test("An array of a length holds zeros, also where other data was", { timeout }, () => {
  const dirty = allocate(800, 64);
  heapBytes().fill(0xff, dirty, dirty + 800);
  free(dirty);
  const array = new SharedArray("d", 100);
  assert.equal(array.byteOffset, dirty);
  assert.equal(array.length, 100);
  assert.ok(array.toArray().every((item) => item === 0));
  array.dispose();
});

test("An array of items holds them, by index from both ends, as a list and in a loop", { timeout }, () => {
  const array = new SharedArray("i", [5, 10, 15, 20, 25]);
  assert.equal(array.typecode, "i");
  assert.equal(array.byteOffset % 64, 0);
  assert.deepEqual(array.toArray(), [5, 10, 15, 20, 25]);
  assert.deepEqual([...array], [5, 10, 15, 20, 25]);
  assert.equal(array.get(1), 10);
  assert.equal(array.get(-1), 25);
  array.set(-2, 7);
  assert.equal(array.get(3), 7);
  array.dispose();
});

test("The items of any iterable are taken, and an empty one makes an empty array", { timeout }, () => {
  const array = new SharedArray(Float32Array, new Set([1.5, 2.5]));
  assert.deepEqual(array.toArray(), [1.5, 2.5]);
  assert.equal(array.typecode, "f");
  const empty = new SharedArray("q", []);
  assert.deepEqual(empty.toArray(), []);
  assert.throws(() => empty.get(0), { name: "RangeError", message: /Index 0 is out of range: the SharedArray has 0/ });
  array.dispose();
  empty.dispose();
});

test("What is set is what a typed array of that type would hold", { timeout }, () => {
  const integers = { b: Int8Array, B: Uint8Array, h: Int16Array, H: Uint16Array, i: Int32Array, I: Uint32Array };
  fc.assert(fc.property(fc.constantFrom(...Object.entries(integers)), fc.array(fc.integer()), ([code, ctor], items) => {
    const array = new SharedArray(code as "b", items);
    assert.deepEqual(array.toArray(), [...ctor.from(items)]);
    array.dispose();
  }));
  fc.assert(fc.property(fc.array(fc.double()), (items) => {
    const array = new SharedArray("d", items);
    assert.deepEqual(array.toArray(), [...Float64Array.from(items)]);
    array.dispose();
  }));
  const big = new SharedArray("Q", [2n ** 64n + 1n]);
  assert.equal(big.get(0), 1n);
  big.dispose();
});

test("The view is live, lies in the linear memory, and is renewed when that grows", { timeout }, () => {
  const array = new SharedArray("d", 4);
  const view = array.view;
  assert.ok(view instanceof Float64Array);
  view[2] = 1.25;
  assert.equal(array.get(2), 1.25);
  linearMemory().grow(1);
  assert.equal(array.view.buffer, heapBytes().buffer);
  assert.equal(array.view.buffer.byteLength % PAGE_BYTES, 0);
  array.set(3, 9);
  assert.equal(view[3], 9);
  array.dispose();
});

test("Bad lengths, items and indices are refused by name", { timeout }, () => {
  const { blocks } = accounting();
  for (const length of [-1, 1.5, Number.NaN, Infinity]) {
    assert.throws(() => new SharedArray("d", length), {
      name: "RangeError",
      message: `Length of a SharedArray must be a whole number from 0 on, got ${length}`,
    });
  }
  const refused: [() => unknown, string][] = [
    [() => new SharedArray("i", [1, 2.5]), 'Item 1 of a SharedArray("i") must be an integer, got the number 2.5'],
    [
      () => new SharedArray("d", ["1"] as never),
      'Item 0 of a SharedArray("d") must be a number, got a value of type string',
    ],
    [() => new SharedArray("q", [1] as never), 'Item 0 of a SharedArray("q") must be a bigint, got the number 1'],
    [
      () => new SharedArray("B", [1n] as never),
      'Item 0 of a SharedArray("B") must be an integer, got a value of type bigint',
    ],
    [
      () => new SharedArray("d", {} as never),
      "Cannot fill a SharedArray: expected a length or an iterable of items, got [object Object]",
    ],
    [
      () => new SharedArray("d", undefined as never),
      "Cannot fill a SharedArray: expected a length or an iterable of items, got undefined",
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: "TypeError", message });
  assert.throws(() => new SharedArray("z" as "d", 1), { name: "TypeError", message: /^Bad typecode "z"/ });
  assert.equal(accounting().blocks, blocks);

  const array = new SharedArray("h", [1, 2, 3]);
  for (const index of [3, -4, 0.5, Number.NaN]) {
    const error = { name: "RangeError", message: `Index ${index} is out of range: the SharedArray has 3 items` };
    assert.throws(() => array.get(index), error);
    assert.throws(() => array.set(index, 1), error);
  }
  assert.throws(() => array.set(-1, "x" as never), {
    name: "TypeError",
    message: 'Item 2 of a SharedArray("h") must be an integer, got a value of type string',
  });
  assert.deepEqual(array.toArray(), [1, 2, 3]);
  array.dispose();
});

test("A disposed array gives its memory back once and refuses every use", { timeout }, () => {
  const before = accounting();
  const array = new SharedArray("d", 1000);
  assert.equal(accounting().blocks, before.blocks + 1);
  array[Symbol.dispose]();
  assert.equal(accounting().used, before.used);
  array.dispose();
  const uses = [() => array.view, () => array.get(0), () => array.set(0, 1), () => array.toArray(), () => [...array]];
  for (const use of uses) assert.throws(use, disposed);
  assert.throws(() => send(array), disposed);
});

test("A sent array is the same array, until one side disposes of it", { timeout }, () => {
  const { blocks } = accounting();
  const array = new SharedArray("i", [1, 2, 3]);
  const wireType = wireTypeOf(array)!;
  const wired = wireType.encode(array);
  const received = wireType.decode(wired) as SharedArray<"i">;
  received.set(0, 10);
  assert.deepEqual(array.toArray(), [10, 2, 3]);
  received.dispose();
  assert.equal(accounting().blocks, blocks);
  assert.throws(() => wireType.decode(wired), disposed);

  const next = new SharedArray("i", [4, 5, 6]);
  assert.equal(next.byteOffset, array.byteOffset);
  array.dispose();
  assert.deepEqual(next.toArray(), [4, 5, 6]);
  assert.equal(accounting().blocks, blocks + 1);
  next.dispose();
});

test("Workers see the array that main made, and main the one that a worker made", { timeout }, async () => {
  const array = new SharedArray("d", [5, 10, 15, 20, 25]);
  const wireType = wireTypeOf(array)!;
  const worker = new Worker(new URL("./attach_worker.ts", import.meta.url), {
    workerData: { memory: linearMemory(), wired: wireType.encode(array) },
  });
  const wired = await new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", resolve);
  });
  await worker.terminate();
  assert.deepEqual(array.toArray(), [10, 20, 30, 40, 50]);
  const made = wireType.decode(wired) as SharedArray<"h">;
  assert.deepEqual(made.toArray(), [1, -2, 3]);
  made.dispose();
  array.dispose();
});
