import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { Lock, Process, RLock, SharedValue } from "../../mod.ts";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting, allocate, free } from "../../src/memory/allocator.ts";
import { heapBytes, linearMemory, PAGE_BYTES } from "../../src/memory/linear_memory.ts";
import { SharedArray } from "../../src/shared/shared_array.ts";
import { double, incrementUnderLock, lockAndDispose, prefixSums } from "./fixtures/item_targets.ts";

const timeout = 60_000;
const disposed = { name: "ManyhandsError", code: "ERR_DISPOSED" };

/** What the codec does with an array that is sent and received. */
function send(array: SharedArray): SharedArray {
  const wireType = wireTypeOf(array)!;
  return wireType.decode(wireType.encode(array)) as SharedArray;
}

async function completed<A extends unknown[]>(child: Process<A>): Promise<void> {
  child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
}

describe("_TestArray", () => {
  for (const [name, options] of [["test_array", {}], ["test_rawarray", { lock: false }]] as const) {
    test(`${name}: items and ranges are read and set, here and in a child`, { timeout }, async () => {
      const items = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831];
      using array = new SharedArray("i", items, options);
      assert.equal(array.length, items.length);
      assert.equal(array.get(3), items[3]);
      assert.deepEqual(array.slice(2, 7), items.slice(2, 7));
      items.splice(4, 4, 1, 2, 3, 4);
      array.setItems(4, [1, 2, 3, 4]);
      assert.deepEqual(array.toArray(), items);
      await completed(new Process({ target: prefixSums, args: [array] }));
      let sum = 0;
      assert.deepEqual(array.toArray(), items.map((item) => sum += item));
    });
  }

  test("test_array_from_size: an array of a size is all zeros, three times", { timeout }, () => {
    for (let round = 0; round < 3; round++) {
      using array = new SharedArray("i", 10);
      assert.deepEqual(array.toArray(), Array(10).fill(0));
      array.setItems(0, Array(10).keys());
      assert.deepEqual([...array], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test("test_getobj_getlock_obj: a lock of its own, the given one, or none", { timeout }, () => {
    for (const options of [{}, { lock: undefined }, { lock: true }]) {
      using array = new SharedArray("i", 3, options);
      assert.ok(array.getLock() instanceof RLock);
      assert.equal(array.getLock(), array.getLock());
    }
    using lock = new Lock();
    using array = new SharedArray("i", 3, { lock });
    assert.equal(array.getLock(), lock);
    using raw = new SharedArray("i", 3, { lock: false });
    assert.throws(() => raw.getLock(), { code: "ERR_NO_LOCK" });
    assert.throws(() => new SharedArray("i", 3, { lock: "navalue" as never }), {
      name: "TypeError",
      message: 'Option lock must be a boolean, a Lock or an RLock, got "navalue"',
    });
  });
});

describe("_TestSharedCTypes", () => {
  for (const [name, options] of [["test_sharedctypes", { lock: false }], ["test_synchronize", {}]] as const) {
    test(`${name}: a child doubles values, an array and a string in place`, { timeout }, async () => {
      using whole = new SharedValue("i", 7, options);
      using fraction = new SharedValue("d", 1 / 3, options);
      using big = new SharedValue("q", 2n ** 33n, options);
      using list = new SharedArray("d", Array(10).keys(), options);
      using text = new SharedArray("c", 20, options);
      text.value = "hello";
      await completed(new Process({ target: double, args: [whole, fraction, big, list, text] }));
      assert.deepEqual([whole.value, fraction.value, big.value], [14, 2 / 3, 2n ** 34n]);
      assert.deepEqual(list.toArray(), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
      assert.equal(text.value, "hellohello");
    });
  }
});

test("The lock is made once, by whoever asks first, and guards the items in all processes", { timeout }, async () => {
  const { blocks } = accounting();
  const array = new SharedArray("i", 1);
  const count = 300;
  const children = [1, 2].map(() => new Process({ target: incrementUnderLock, args: [array, count] }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
  assert.deepEqual(children.map(({ exitCode }) => exitCode), [0, 0]);
  assert.equal(array.get(0), 2 * count);
  assert.equal(array.getLock().locked(), false);
  array.dispose();
  assert.equal(accounting().blocks, blocks);
});

test("A lock that nobody uses takes no memory of its own; a used one is freed with the array", { timeout }, () => {
  const before = accounting().blocks;
  const array = new SharedArray("d", 3);
  assert.equal(accounting().blocks, before + 1);
  array.getLock();
  assert.equal(accounting().blocks, before + 2);
  array.dispose();
  assert.equal(accounting().blocks, before);
});

test("A child that disposes of the array frees it and its lock for all", { timeout }, async () => {
  const array = new SharedArray("d", 3);
  const child = new Process({ target: lockAndDispose, args: [array] });
  const wireType = wireTypeOf(array)!;
  const wired = wireType.encode(array);
  await completed(child);
  assert.throws(() => wireType.decode(wired), disposed);
  array.dispose();
});

test("A range that does not fit is refused whole", { timeout }, () => {
  using array = new SharedArray("i", [1, 2, 3]);
  for (const [start, items] of [[2, [8, 9]], [-1, [8, 9]], [-4, [8]], [0.5, [8]], [4, []]] as const) {
    assert.throws(() => array.setItems(start, items), {
      name: "RangeError",
      message: `Cannot set ${items.length} items from index ${start} on: the SharedArray has 3 items`,
    });
  }
  assert.throws(() => array.setItems(0, [8, "9" as never]), { name: "TypeError", message: /^Item 1 of a SharedArray/ });
  assert.deepEqual(array.toArray(), [1, 2, 3]);
  array.setItems(-2, [8, 9]);
  array.setItems(3, []);
  assert.deepEqual(array.toArray(), [1, 8, 9]);
});

test("slice, fill and subarray take the bounds that a typed array takes", { timeout }, () => {
  const bound = fc.option(fc.integer({ min: -12, max: 12 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -128, max: 127 }), { maxLength: 8 }), bound, bound, (items, a, b) => {
      using array = new SharedArray("b", items);
      const model = Int8Array.from(items);
      assert.deepEqual(array.slice(a, b), [...model.slice(a, b)]);
      assert.deepEqual([...array.subarray(a, b)], [...model.subarray(a, b)]);
      array.fill(77, a, b);
      assert.deepEqual(array.toArray(), [...model.fill(77, a, b)]);
    }),
  );
  using array = new SharedArray("b", 3);
  array.subarray(1)[0] = 5;
  assert.equal(array.get(1), 5);
  assert.throws(() => array.fill(0.5), { name: "TypeError" });
});

test("The items of a character array are characters, and a string goes in and out whole", { timeout }, () => {
  using array = new SharedArray("c", "héllo");
  assert.deepEqual(array.toArray(), ["h", "é", "l", "l", "o"]);
  assert.equal(array.value, "héllo");
  array.set(0, "j");
  array.set(1, 0x65);
  assert.equal(array.get(0) + array.get(1), "je");
  array.value = "hey";
  assert.equal(array.value, "hey");
  assert.deepEqual(array.raw, Uint8Array.of(0x68, 0x65, 0x79, 0, 0x6f));
  array.raw = Uint8Array.of(1, 0, 2);
  assert.equal(array.value, "\x01");
  assert.deepEqual(array.raw, Uint8Array.of(1, 0, 2, 0, 0x6f));
  array.raw.fill(9);
  assert.equal(array.get(0), "\x01");
});

test("What does not go into a character array is refused", { timeout }, () => {
  using array = new SharedArray("c", 3);
  assert.throws(() => array.value = "four", {
    name: "RangeError",
    message: "Cannot store 4 bytes: the SharedArray has 3",
  });
  assert.throws(() => array.raw = new Uint8Array(4), { name: "RangeError" });
  assert.throws(() => array.value = "a€", {
    name: "TypeError",
    message: 'Item 1 of a SharedArray("c") must be a character up to U+00FF or a byte, got "€"',
  });
  assert.throws(() => array.set(0, 256), { name: "TypeError", message: /got the number 256$/ });
  assert.throws(() => array.set(0, "ab"), { name: "TypeError", message: /got "ab"$/ });
  assert.deepEqual(array.raw, new Uint8Array(3));
  using bytes = new SharedArray("B", 3);
  const message = 'Only a SharedArray("c") has the property value, this one is of "B"';
  assert.throws(() => bytes.value, { name: "TypeError", message });
  assert.throws(() => bytes.raw, { name: "TypeError" });
});

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
