import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type ItemKind, Lock, Process, RLock, SharedValue, type Typecode } from "../../mod.ts";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { addOften, setValues } from "./fixtures/item_targets.ts";

const timeout = 60_000;
const disposed = { name: "ManyhandsError", code: "ERR_DISPOSED" };

const CODES_VALUES: [Typecode, unknown, unknown][] = [
  ["i", 4343, 24234],
  ["d", 3.625, -4.25],
  ["h", -232, 234],
  ["q", 2n ** 33n, 2n ** 34n],
  ["c", "x", "y"],
];

/** What the codec does with a value that is sent and received. */
function send<K extends ItemKind>(value: SharedValue<K>): SharedValue<K> {
  const wireType = wireTypeOf(value)!;
  return wireType.decode(wireType.encode(value)) as SharedValue<K>;
}

async function inChildren(count: number, child: () => Process<never>): Promise<void> {
  const children = Array.from({ length: count }, child);
  for (const each of children) each.start();
  for (const each of children) await each.join();
  assert.deepEqual(children.map(({ exitCode }) => exitCode), children.map(() => 0));
}

describe("_TestValue", () => {
  for (const [name, options] of [["test_value", {}], ["test_rawvalue", { lock: false }]] as const) {
    test(`${name}: what is set, here or in a child, is read everywhere`, { timeout }, async () => {
      const values = CODES_VALUES.map(([code, initial]) => new SharedValue<ItemKind>(code, initial as number, options));
      assert.deepEqual(values.map(({ value }) => value), CODES_VALUES.map(([, initial]) => initial));
      const child = new Process({ target: setValues, args: [values, CODES_VALUES.map(([, , next]) => next)] });
      child.start();
      await child.join();
      assert.equal(child.exitCode, 0);
      assert.deepEqual(values.map(({ value }) => value), CODES_VALUES.map(([, , next]) => next));
      for (const value of values) value.dispose();
    });
  }

  test("test_getobj_getlock: a lock of its own, the given one, or none", { timeout }, () => {
    for (const options of [{}, { lock: undefined }, { lock: true }]) {
      using value = new SharedValue("i", 5, options);
      assert.ok(value.getLock() instanceof RLock);
      assert.equal(value.getLock(), value.getLock());
    }
    for (const lock of [new Lock(), new RLock()]) {
      using value = new SharedValue("i", 5, { lock });
      assert.equal(value.getLock(), lock);
      value.dispose();
      assert.equal(lock.locked(), false);
      lock.dispose();
    }
    using raw = new SharedValue("i", 5, { lock: false });
    assert.throws(() => raw.getLock(), {
      code: "ERR_NO_LOCK",
      message: 'SharedValue("i") has no lock: it was made with lock: false',
    });
    for (const lock of ["navalue", 1, null, {}]) {
      assert.throws(() => new SharedValue("i", 5, { lock: lock as unknown as boolean }), {
        name: "TypeError",
        message: /^Option lock must be a boolean, a Lock or an RLock, got/,
      });
    }
  });

  test("test_invalid_typecode: a bad code is a TypeError, with a lock or without", { timeout }, () => {
    for (const options of [{}, { lock: false }]) {
      assert.throws(() => new SharedValue("x" as "i", 0, options), { name: "TypeError", message: /bad typecode/i });
    }
  });
});

test("A value is zero unless another is given, also where other data was", { timeout }, () => {
  const zeros: [ItemKind, unknown][] = [["b", 0], ["Q", 0n], ["f", 0], ["d", 0], ["c", "\0"], [Float64Array, 0]];
  for (const [kind, zero] of zeros) {
    const before = new SharedValue("Q", 2n ** 64n - 1n);
    before.dispose();
    using value = new SharedValue(kind);
    assert.equal(value.byteOffset, before.byteOffset);
    assert.equal(value.value, zero);
  }
});

test("The view is the value, live", { timeout }, () => {
  using value = new SharedValue("h", -3);
  assert.ok(value.view instanceof Int16Array);
  assert.equal(value.view.length, 1);
  value.view[0] = 7;
  assert.equal(value.value, 7);
});

test("Values that are not of the type are refused, and leave no memory in use", { timeout }, () => {
  using value = new SharedValue("i", 5);
  const message = 'Value of a SharedValue("i") must be an integer, got the number 1.5';
  assert.throws(() => value.value = 1.5, { name: "TypeError", message });
  assert.throws(() => value.add(1.5), { name: "TypeError", message });
  assert.throws(() => value.compareExchange(5, 1.5), { name: "TypeError", message });
  assert.throws(() => value.compareExchange(1.5, 5), { name: "TypeError", message });
  assert.equal(value.value, 5);
  const { blocks } = accounting();
  assert.throws(() => new SharedValue("q", 1 as never), { name: "TypeError", message: /must be a bigint/ });
  assert.throws(() => new SharedValue("c", "é€" as never), {
    name: "TypeError",
    message: 'Value of a SharedValue("c") must be a character up to U+00FF or a byte, got "é€"',
  });
  assert.equal(accounting().blocks, blocks);
});

test("add returns the value before and wraps as the type does", { timeout }, () => {
  const integers = { b: Int8Array, B: Uint8Array, h: Int16Array, H: Uint16Array, i: Int32Array, I: Uint32Array };
  fc.assert(fc.property(fc.constantFrom(...Object.entries(integers)), fc.array(fc.integer()), ([code, ctor], items) => {
    using value = new SharedValue(code as "b");
    const model = new ctor(1);
    for (const item of items) {
      assert.equal(value.add(item), model[0]);
      model[0] = model[0]! + item;
    }
    assert.equal(value.value, model[0]);
  }));
  using big = new SharedValue("q", 2n ** 63n - 1n);
  assert.equal(big.add(1n), 2n ** 63n - 1n);
  assert.equal(big.value, -(2n ** 63n));
});

test("Floats are added and exchanged as numbers", { timeout }, () => {
  const kinds = { f: Math.fround, d: (number: number) => number };
  fc.assert(fc.property(fc.constantFrom("f", "d"), fc.array(fc.double()), (code, items) => {
    using value = new SharedValue(code as "f" | "d");
    let model = 0;
    for (const item of items) {
      assert.equal(value.add(item), model);
      model = kinds[code as "f" | "d"](model + item);
    }
    assert.equal(value.compareExchange(model, 0.1), model);
    assert.equal(value.value, kinds[code as "f" | "d"](0.1));
    assert.equal(value.compareExchange(0.1, 2), kinds[code as "f" | "d"](0.1));
    assert.equal(value.value, 2);
  }));
});

test("compareExchange replaces what was expected and nothing else", { timeout }, () => {
  using word = new SharedValue("i", 5);
  assert.equal(word.compareExchange(4, 9), 5);
  assert.equal(word.value, 5);
  assert.equal(word.compareExchange(5, 9), 5);
  assert.equal(word.value, 9);
  using letter = new SharedValue("c", "a");
  assert.equal(letter.compareExchange("a", "b"), "a");
  assert.equal(letter.value, "b");
});

test("Every NaN is equal, whatever its bits, and 0 is -0", { timeout }, () => {
  for (const code of ["f", "d"] as const) {
    using value = new SharedValue(code);
    const bytes = new Uint8Array(value.view.buffer, value.byteOffset, value.view.BYTES_PER_ELEMENT);
    bytes.fill(0xff);
    assert.equal(value.add(1), NaN);
    bytes.fill(0xff);
    assert.equal(value.compareExchange(NaN, -0), NaN);
    assert.equal(value.value, -0);
    assert.equal(value.compareExchange(0, 1), -0);
    assert.equal(value.value, 1);
  }
});

test("No addition of three processes is lost, of integers and of floats", { timeout }, async () => {
  const count = 5000;
  for (const [code, one] of [["i", 1], ["h", 1], ["q", 1n], ["f", 1], ["d", 0.5]] as const) {
    using value = new SharedValue<ItemKind>(code);
    await inChildren(3, () => new Process({ target: addOften, args: [value, one, count] }) as Process<never>);
    assert.equal(Number(value.value), 3 * count * Number(one));
  }
});

test("A sent value is the same value with the same lock, until one side disposes of it", { timeout }, () => {
  const { blocks } = accounting();
  const value = new SharedValue("d", 1.5);
  const received = send(value);
  received.value = 2.5;
  assert.equal(value.value, 2.5);
  assert.equal(accounting().blocks, blocks + 1);
  const guard = received.getLock().acquireSync();
  assert.equal(value.getLock().locked(), true);
  guard.release();
  assert.equal(accounting().blocks, blocks + 2);
  value.dispose();
  assert.equal(accounting().blocks, blocks);
  received.dispose();
  assert.throws(() => send(value), disposed);
  for (const use of [() => value.value, () => value.add(1), () => value.getLock(), () => value.view]) {
    assert.throws(use, disposed);
  }
});

test("A sent value keeps the lock that it was given, or none", { timeout }, () => {
  using lock = new Lock();
  using value = new SharedValue("i", 0, { lock });
  const guard = lock.acquireSync();
  const received = send(value).getLock();
  assert.ok(received instanceof Lock);
  assert.equal(received.locked(), true);
  guard.release();
  using raw = new SharedValue("i", 0, { lock: false });
  assert.throws(() => send(raw).getLock(), { code: "ERR_NO_LOCK" });
});
