import assert from "node:assert/strict";
import { test } from "node:test";
import { type ItemKind, itemType } from "../../src/shared/type_codes.ts";

const timeout = 10_000;

test("Each of Python's type codes names a typed array with the size of the C type", { timeout }, () => {
  const sizes = { b: 1, B: 1, c: 1, h: 2, H: 2, i: 4, I: 4, l: 8, L: 8, q: 8, Q: 8, f: 4, d: 8 };
  for (const [typecode, bytes] of Object.entries(sizes)) {
    const found = itemType(typecode as ItemKind);
    assert.equal(found.typecode, typecode);
    assert.equal(found.constructor.BYTES_PER_ELEMENT, bytes);
  }
});

test("A constructor names its type code", { timeout }, () => {
  const typecodes = [
    [Int8Array, "b"],
    [Uint8Array, "B"],
    [Int16Array, "h"],
    [Uint16Array, "H"],
    [Int32Array, "i"],
    [Uint32Array, "I"],
    [Float32Array, "f"],
    [Float64Array, "d"],
  ] as const;
  for (const [constructor, typecode] of typecodes) assert.deepEqual(itemType(constructor), { typecode, constructor });
});

test("Anything else is a bad typecode", { timeout }, () => {
  const bad: [unknown, string][] = [["z", '"z"'], ["", '""'], ["toString", '"toString"'], [undefined, "undefined"]];
  bad.push([Uint8ClampedArray, "Uint8ClampedArray"], [DataView, "DataView"], [8, "8"]);
  for (const [kind, named] of bad) {
    assert.throws(() => itemType(kind as ItemKind), (error) => {
      assert.ok(error instanceof TypeError);
      assert.ok(error.message.startsWith(`Bad typecode ${named}: expected one of b B c h`), error.message);
      return true;
    });
  }
});
