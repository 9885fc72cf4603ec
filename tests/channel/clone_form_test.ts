import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromCloneForm, toCloneForm } from "../../src/channel/clone_form.ts";
import { WorkerLostError } from "../../src/core/errors.ts";
import { registerWire } from "../../src/core/wire.ts";
import { anyValue, unfold } from "./fixtures/any_value.ts";

const timeout = 60_000;

/** What structured clone refuses, since it holds a function. */
class Handle {
  readonly place: number;
  readonly close = (): void => {};
  constructor(place: number) {
    this.place = place;
  }
}
registerWire<Handle, number>({
  tag: "clone_form_test.Handle",
  class: Handle,
  encode: ({ place }) => {
    if (place < 0) throw new RangeError("The handle is closed");
    return place;
  },
  decode: (place) => {
    if (place > 1000) throw new RangeError("Nothing lies there");
    return new Handle(place);
  },
});

/** As the value arrives by message in another thread. */
function sent<T>(value: T): T {
  return fromCloneForm(structuredClone(toCloneForm(value))) as T;
}

function assertIsHandle(value: unknown, place: number): void {
  assert.ok(value instanceof Handle);
  assert.equal(value.place, place);
}

test("A value without handles and errors goes as it is", { timeout }, () => {
  const plain = [-0, { text: "\ud800" }, new Map([[1, new Set([2])]]), new SharedArrayBuffer(4)];
  assert.deepEqual(toCloneForm(plain), { value: plain });
  assert.equal(toCloneForm(plain).value, plain);
  fc.assert(
    fc.property(anyValue, (value) => assert.deepStrictEqual(unfold(sent(value)), unfold(structuredClone(value)))),
  );
});

test("Handles keep their class beside what only a structured clone carries", { timeout }, () => {
  const shared = new SharedArrayBuffer(4);
  assertIsHandle(sent(new Handle(1)), 1);
  const [handle, odd, buffer] = sent([new Handle(2), { zero: -0 }, shared]);
  assertIsHandle(handle, 2);
  assert.deepStrictEqual(odd, { zero: -0 });
  assert.ok(buffer instanceof SharedArrayBuffer);
  const value = {
    deep: [{ handle: new Handle(3) }],
    map: new Map<unknown, unknown>([[new Handle(4), new Handle(5)], ["x", [new Handle(6)]]]),
    set: new Set<unknown>([1, new Handle(7), 2]),
    text: "\ud800",
  };
  const arrived = sent(value);
  assertIsHandle(arrived.deep[0]!.handle, 3);
  const [[key, of], [name, list]] = [...arrived.map] as [[unknown, unknown], [unknown, unknown[]]];
  assertIsHandle(key, 4);
  assertIsHandle(of, 5);
  assert.equal(name, "x");
  assertIsHandle(list[0], 6);
  const items = [...arrived.set];
  assert.deepEqual([items[0], items[2], items.length], [1, 2, 3]);
  assertIsHandle(items[1], 7);
  assert.equal(arrived.text, "\ud800");
});

test("The value that is sent is not touched", { timeout }, () => {
  const handle = new Handle(1);
  const value = { list: [handle], map: new Map([[handle, handle]]), set: new Set([handle]) };
  sent(value);
  assert.equal(value.list[0], handle);
  assert.equal(value.map.get(handle), handle);
  assert.ok(value.set.has(handle));
});

test("Identity, cycles, holes and odd keys are kept around a handle", { timeout }, () => {
  const handle = new Handle(1);
  const record = { handle };
  const list: unknown[] = [record, record, handle];
  list[5] = list;
  const arrived = sent(list) as unknown[];
  assert.equal(arrived[0], arrived[1]);
  assert.equal((arrived[0] as typeof record).handle, arrived[2]);
  assert.equal(arrived[5], arrived);
  assert.deepEqual([3 in arrived, arrived.length], [false, 6]);
  const odd = JSON.parse('{ "__proto__": 1, "constructor": 2 }');
  odd.handle = handle;
  const arrivedOdd = sent(odd);
  assert.deepEqual(Object.keys(arrivedOdd), ["__proto__", "constructor", "handle"]);
  assert.equal(Object.getPrototypeOf(arrivedOdd), Object.prototype);
});

test("Depth does not matter", { timeout }, () => {
  let nested: { inner: unknown } = { inner: new Handle(9) };
  for (let depth = 0; depth < 50_000; depth++) nested = { inner: nested };
  const { value, packed } = toCloneForm(nested);
  let arrived = fromCloneForm({ value, packed: packed! });
  while (!(arrived instanceof Handle)) arrived = (arrived as { inner: unknown }).inner;
  assertIsHandle(arrived, 9);
});

test("Errors keep class and fields", { timeout }, () => {
  const error = new WorkerLostError("gone", { exitReason: "exit", exitCode: 3, taskIndex: 1 });
  const [lost, plain, odd] = sent([error, Object.assign(new TypeError("x"), { code: "E_X" }), { zero: -0 }] as const);
  assert.ok(lost instanceof WorkerLostError);
  assert.equal(lost.exitCode, 3);
  assert.ok(plain instanceof TypeError);
  assert.equal(plain.code, "E_X");
  assert.deepStrictEqual(odd, { zero: -0 });
});

test("A handle that cannot be encoded or rebuilt fails the sending or the receiving", { timeout }, () => {
  assert.throws(() => toCloneForm([new Handle(-1)]), { message: "The handle is closed" });
  const form = structuredClone(toCloneForm([new Handle(1001)]));
  assert.throws(() => fromCloneForm(form), { message: "Nothing lies there" });
});
