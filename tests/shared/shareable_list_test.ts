import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type ShareableItem, ShareableList, SharedMemory } from "../../mod.ts";

const timeout = 60_000;

const item: fc.Arbitrary<ShareableItem> = fc.oneof(
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.toWellFormed()),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => new Uint8Array(bytes)),
  fc.constant(null),
);

function bytesOf(item: ShareableItem): number {
  if (typeof item === "string") return new TextEncoder().encode(item).length;
  return item instanceof Uint8Array ? item.length : 0;
}

describe("_TestSharedMemory", () => {
  test("test_shared_memory_ShareableList_basics: items are read, replaced, counted and found", { timeout }, () => {
    const bytes = new TextEncoder().encode("HoWdY");
    using list = new ShareableList(["howdy", bytes, -273.154, 100, null, true, 42n]);
    assert.equal(list.length, 7);
    assert.equal(list.format, "8s8sddx?q");
    assert.deepEqual(list.toArray(), ["howdy", bytes, -273.154, 100, null, true, 42n]);
    assert.equal(list.count(100), 1);
    assert.equal(list.count(new Uint8Array(bytes)), 1);
    assert.equal(list.count("adios"), 0);
    assert.equal(list.index(42n), 6);
    assert.throws(() => list.index(42), { name: "RangeError", message: "There is no 42 in the ShareableList" });

    list.set(-1, null);
    list.set(3, "12345678");
    assert.deepEqual([list.get(6), list.get(3), list.format], [null, "12345678", "8s8sd8sx?x"]);
    for (const [index, text] of [[3, "123456789"], [0, "12345€78"], [1, new Uint8Array(9)]] as const) {
      assert.throws(() => list.set(index, text), {
        name: "RangeError",
        message: /^Item \d of the ShareableList has room for 8 bytes, got (9|10)$/,
      });
    }
    assert.equal(list.get(0), "howdy");
    for (const index of [7, -8, 0.5]) {
      assert.throws(() => list.get(index), { name: "RangeError", message: /the ShareableList has 7 items/ });
      assert.throws(() => list.set(index, 1), RangeError);
    }
  });
});

test("A list holds what was put into it, for whoever attaches", { timeout }, () => {
  fc.assert(fc.property(fc.array(item), (items) => {
    using list = new ShareableList(items);
    const other = new ShareableList(undefined, { name: list.shm.name });
    assert.deepEqual(other.toArray(), items);
    assert.equal(other.length, items.length);
    other.shm.close();
  }));
});

test("Any item takes the place of any other where its bytes have room, and no other item changes", { timeout }, () => {
  fc.assert(fc.property(fc.array(item, { minLength: 1 }), fc.array(fc.tuple(fc.nat(), item)), (items, changes) => {
    using list = new ShareableList(items);
    const model = [...items];
    const rooms = items.map((item) => 8 * (Math.floor(bytesOf(item) / 8) + 1));
    for (const [place, next] of changes) {
      const index = place % items.length;
      if (bytesOf(next) > rooms[index]!) {
        assert.throws(() => list.set(index, next), RangeError);
      } else {
        list.set(index, next);
        model[index] = next;
      }
      assert.deepEqual([...list], model);
    }
  }));
});

test("What a list cannot hold is refused, and leaves no segment", { timeout }, () => {
  const name = "test_refused_list";
  for (const [bad, found] of [[undefined, "undefined"], [{}, "object"], [Symbol(), "symbol"]] as const) {
    assert.throws(() => new ShareableList([1, bad as never], { name }), {
      name: "TypeError",
      message: "Item 1 of a ShareableList must be null, a boolean, number, bigint, string or Uint8Array, " +
        `got a value of type ${found}`,
    });
  }
  assert.throws(() => new ShareableList([2n ** 63n], { name }), {
    name: "RangeError",
    message: "Item 0 of a ShareableList must fit 64 bits, got 9223372036854775808",
  });
  assert.throws(() => new ShareableList(undefined, { name }), { code: "ERR_NOT_FOUND" });
  assert.throws(() => new ShareableList(), { name: "RangeError", message: /^Name of a SharedMemory is missing/ });
  using list = new ShareableList([1], { name });
  assert.throws(() => new ShareableList([2], { name }), { code: "ERR_EXISTS" });
  assert.throws(() => list.set(0, undefined as never), TypeError);
  assert.equal(list.get(0), 1);
});

test("A segment that holds no list is none, and a closed list is closed", { timeout }, () => {
  using memory = new SharedMemory({ create: true, size: 64 });
  assert.throws(() => new ShareableList(null, { name: memory.name }), {
    code: "ERR_NO_LIST",
    message: `SharedMemory "${memory.name}" holds no ShareableList`,
  });
  using list = new ShareableList([1]);
  list.shm.close();
  assert.throws(() => list.get(0), { name: "ClosedError" });
  assert.throws(() => list.set(0, 2), { name: "ClosedError" });
});
