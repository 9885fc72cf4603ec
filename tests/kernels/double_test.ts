import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inPlaceTaskOf, taskReferenceOf } from "../../src/core/task_reference.ts";
import { double, type Doubleable, doubleInPlace } from "../../src/kernels/double.ts";
import { doubleTwin } from "../../src/kernels/double_twin.ts";
import { kernels } from "../../src/kernels/kernels.ts";
import { allocate, free } from "../../src/memory/allocator.ts";
import { typedView } from "../../src/memory/linear_memory.ts";

const timeout = 60_000;

const arrays: fc.Arbitrary<Doubleable> = fc.oneof(
  fc.float64Array({ maxLength: 100, noNaN: true }),
  fc.float32Array({ maxLength: 100, noNaN: true }),
  fc.int32Array({ maxLength: 100 }),
);

test("Arrays of each kind are doubled in place as by the twin", { timeout }, () => {
  fc.assert(fc.property(arrays, (array) => {
    const expected = doubleTwin(array.slice());
    assert.equal(double(array), array);
    assert.deepEqual(array, expected);
  }));
});

test("Every length is doubled to its end and no further", { timeout }, () => {
  for (let length = 0; length <= 600; length++) {
    const before = Array.from({ length: length + 1 }, (_, at) => at);
    const after = before.map((item) => item < length ? 2 * item : item);
    for (const items of [Float64Array.from(before), Float32Array.from(before), Int32Array.from(before)]) {
      double(items.subarray(0, length));
      assert.deepEqual([...items], after);
    }
  }
});

test("A part of an array is doubled and the rest left", { timeout }, () => {
  const items = Float64Array.from({ length: 40 }, (_, at) => at);
  double(items.subarray(3, 30));
  assert.deepEqual(items, Float64Array.from({ length: 40 }, (_, at) => at >= 3 && at < 30 ? 2 * at : at));
});

test("Arrays larger than a slice are doubled to the end", { timeout }, () => {
  for (const length of [8191, 8192, 8193, 100_000]) {
    assert.deepEqual(
      double(Float64Array.from({ length }, (_, at) => at)),
      Float64Array.from({ length }, (_, at) => 2 * at),
    );
    assert.deepEqual(
      double(Int32Array.from({ length }, (_, at) => at)),
      Int32Array.from({ length }, (_, at) => 2 * at),
    );
  }
});

test("32-bit integers wrap, floats reach infinity, subnormals and NaN stay themselves", { timeout }, () => {
  assert.deepEqual(double(Int32Array.of(2 ** 31 - 1, -(2 ** 31), 2 ** 30)), Int32Array.of(-2, 0, -(2 ** 31)));
  assert.deepEqual(double(Float64Array.of(1e308, -0, 5e-324, NaN)), Float64Array.of(Infinity, -0, 1e-323, NaN));
  assert.deepEqual(double(Float32Array.of(3e38, 1e-45)), Float32Array.of(Infinity, 2 * Math.fround(1e-45)));
});

test("A view on the linear memory is doubled where it lies", { timeout }, () => {
  const offset = allocate(1000 * 8, 64);
  const view = typedView(Float64Array, offset, 1000);
  view.forEach((_, at) => view[at] = at / 4);
  assert.equal(double(view), view);
  doubleInPlace("d", offset + 8 * 500, 500);
  assert.deepEqual([...view], Array.from({ length: 1000 }, (_, at) => at < 500 ? at / 2 : at));
  free(offset);
});

test("The in-place task doubles only its range, by typecode", { timeout }, () => {
  const inPlace = inPlaceTaskOf(kernels.double);
  assert.ok(inPlace !== undefined && taskReferenceOf(inPlace)?.name === "doubleInPlace");
  const offset = allocate(64 * 4, 64);
  for (const [typecode, ctor] of [["i", Int32Array], ["f", Float32Array]] as const) {
    const view = typedView<Int32Array | Float32Array>(ctor, offset, 64).fill(3);
    inPlace(typecode, offset + 4, 10);
    assert.deepEqual([...view], Array.from({ length: 64 }, (_, at) => at >= 1 && at < 11 ? 6 : 3));
  }
  free(offset);
  assert.throws(() => inPlace("q", offset, 1), {
    name: "TypeError",
    message: 'Cannot double items of typecode "q": expected "d", "f" or "i"',
  });
});

test("Anything else is refused by name", { timeout }, () => {
  const call = double as unknown as (input: unknown) => unknown;
  assert.throws(() => call(new Uint8Array(4)), {
    name: "TypeError",
    message: "Cannot double Uint8Array: expected a Float64Array, Float32Array or Int32Array",
  });
  assert.throws(() => call(5), {
    name: "TypeError",
    message: "Cannot double Number: expected a Float64Array, Float32Array or Int32Array",
  });
});
