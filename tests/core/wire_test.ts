import assert from "node:assert/strict";
import { test } from "node:test";
import {
  registerWire,
  type WireType,
  wireTypeByTag,
  wireTypeCount,
  wireTypeOf,
  wireTypes,
} from "../../src/core/wire.ts";

const timeout = 10_000;

class Base {
  readonly place: number;
  constructor(place: number) {
    this.place = place;
  }
}
class Derived extends Base {}
class Other {}

const baseType: WireType<Base, number> = {
  tag: "wire_test.Base",
  class: Base,
  encode: ({ place }) => place,
  decode: (place) => new Base(place),
};

test("A registered class is found by instance, by that of a subclass, and by tag", { timeout }, () => {
  const before = wireTypeCount();
  assert.equal(wireTypeOf(new Base(1)), undefined);
  registerWire(baseType);
  assert.equal(wireTypeCount(), before + 1);
  assert.equal(wireTypes().at(-1), baseType as unknown);
  for (const value of [new Base(1), new Derived(2)]) assert.equal(wireTypeOf(value), baseType as unknown);
  assert.equal(wireTypeByTag("wire_test.Base"), baseType as unknown);
});

test("Everything else has no wire type", { timeout }, () => {
  for (const value of [new Other(), {}, [], Object.create(null), new Proxy({}, {}), () => {}]) {
    assert.equal(wireTypeOf(value), undefined);
  }
  assert.equal(wireTypeByTag("wire_test.Missing"), undefined);
});

test("A subclass with a wire type of its own keeps it", { timeout }, () => {
  const derivedType = { ...baseType, tag: "wire_test.Derived", class: Derived };
  registerWire(derivedType);
  assert.equal(wireTypeOf(new Derived(1)), derivedType as unknown);
  assert.equal(wireTypeOf(new Base(1)), baseType as unknown);
});
