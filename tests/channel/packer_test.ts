import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, unpack } from "../../src/channel/packer.ts";
import { registerWire } from "../../src/core/wire.ts";

import { ValueBuffer } from "./fixtures/value_buffer.ts";

const timeout = 10_000;

class Counter {
  readonly place: number;
  constructor(place: number) {
    this.place = place;
  }
}

test("Instances of registered classes attach again, wherever they lie and whenever they were registered", {
  timeout,
}, () => {
  pack({ before: "any registration" });
  registerWire<Counter, { place: number }>({
    tag: "packer_test.Counter",
    class: Counter,
    encode: ({ place }) => ({ place }),
    decode: ({ place }) => new Counter(place),
  });
  class StepCounter extends Counter {}
  const value = { list: [new Counter(1), { inner: new StepCounter(2) }], map: new Map([["c", new Counter(3)]]) };
  const arrived = unpack(pack(value).slice()) as typeof value;
  const [first, second] = arrived.list as [Counter, { inner: Counter }];
  assert.ok(first instanceof Counter && second.inner instanceof Counter);
  assert.deepEqual([first.place, second.inner.place, arrived.map.get("c")!.place], [1, 2, 3]);
});

test("One handle may lie in an argument list twice", { timeout }, () => {
  const buffer = new ValueBuffer(new ArrayBuffer(1024));
  const counter = new Counter(4);
  assert.equal(buffer.write([counter, counter]), "written");
  const arrived = buffer.read() as Counter[];
  assert.deepEqual(arrived.map((handle) => handle instanceof Counter && handle.place), [4, 4]);
});

test("A wire type that this process lacks is refused by name", { timeout }, () => {
  class Passing {}
  registerWire({ tag: "packer_test.passing", class: Passing, encode: () => 0, decode: () => new Passing() });
  const bytes = pack(new Passing()).slice();
  const tag = new TextEncoder().encode("passing");
  const at = bytes.findIndex((_, i) => tag.every((unit, j) => bytes[i + j] === unit));
  assert.notEqual(at, -1);
  bytes[at] = "m".charCodeAt(0);
  assert.throws(() => unpack(bytes), { name: "TypeError", message: "Unknown wire type: packer_test.massing" });
});
