import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskEncodingError } from "../../src/core/errors.ts";
import { ValueWriter } from "../../src/channel/value_writer.ts";
import { INLINE_LIST_DEPTH, INLINE_LIST_ITEMS } from "../../src/channel/value_tags.ts";
import { anyString, anyValue, unfold } from "./fixtures/any_value.ts";
import { ValueBuffer, valueBuffers } from "./fixtures/value_buffer.ts";

const timeout = 120_000;
const buffers = valueBuffers(1 << 19);

function assertSame(actual: unknown, expected: unknown): void {
  assert.deepStrictEqual(unfold(actual), unfold(expected));
}

/** Writes and reads in both kinds of memory; what comes out has to be what a structured clone gives. */
function assertCrosses(value: unknown, start = 0): void {
  for (const buffer of buffers) {
    assert.equal(buffer.write(value, start), "written");
    assertSame(buffer.read(start), structuredClone(value));
    assert.equal(buffer.sizeRead(start), buffer.size);
  }
}

function assertNeedsClone(value: unknown): void {
  for (const buffer of buffers) assert.equal(buffer.write(value), "clone");
}

test("What is written comes out as a structured clone would, or is left to one", { timeout }, () => {
  let written = 0;
  fc.assert(
    fc.property(anyValue, fc.constantFrom(0, 8, 16, 1000), fc.constantFrom(...buffers), (value, start, buffer) => {
      const result = buffer.write(value, start);
      assert.notEqual(result, "overflow");
      if (result === "clone") return;
      written++;
      assertSame(buffer.read(start), structuredClone(value));
      assert.equal(buffer.sizeRead(start), buffer.size);
      assert.equal(buffer.size % 4, 0);
    }),
    { numRuns: 3000 },
  );
  assert.ok(written > 1000, `only ${written} values were written`);
});

test("Numbers, booleans, null, undefined and 64-bit integers are written, to the last bit", { timeout }, () => {
  const numbers = [0, -0, 1, -1, NaN, Infinity, -Infinity, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 5e-324];
  const integers = [0n, -1n, 2n ** 32n, -(2n ** 32n), 2n ** 31n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (const value of [...numbers, ...integers, true, false, null, undefined]) {
    assertCrosses(value);
    assertCrosses([value, "behind"]);
    assertCrosses(["before", value, value]);
  }
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 500n, -(2n ** 500n)]) assertCrosses(value);
});

test("Strings of every length cross, in every width", { timeout }, () => {
  for (const unit of ["a", "é", "ठ", "😀", "\ud800", "\u{feff}"]) {
    for (let length = 0; length <= 140; length++) {
      assertCrosses(unit.repeat(length));
      assertCrosses("a".repeat(length) + unit);
      assertCrosses([unit.repeat(length), length]);
    }
    for (const length of [1000, 16383, 16384, 60_000]) assertCrosses(unit.repeat(length));
  }
});

test("A byte order mark stays, at the top and inside", { timeout }, () => {
  for (let length = 0; length <= 80; length++) {
    const text = "\u{feff}" + "x".repeat(length);
    assertCrosses(text);
    assertCrosses([text, text]);
    // The packer would drop it from strings and keys of some lengths.
    assertNeedsClone({ text });
    assertNeedsClone({ [text]: 1 });
    assertNeedsClone(new Map([[text, text]]));
  }
});

test("Any string crosses, alone and in lists", { timeout }, () => {
  fc.assert(fc.property(anyString, (text) => assertCrosses(text)));
  fc.assert(fc.property(fc.array(anyString, { maxLength: 10 }), (texts) => assertCrosses(texts)));
});

test("Bytes of every length cross as a copy of their own", { timeout }, () => {
  for (let length = 0; length <= 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
    assertCrosses(bytes);
    assertCrosses([1.5, bytes, 2.5]);
  }
  for (const buffer of buffers) {
    buffer.write([Uint8Array.of(1, 2, 3), { bytes: Uint8Array.of(4, 5, 6) }]);
    const [plain, { bytes }] = buffer.read() as [Uint8Array, { bytes: Uint8Array }];
    buffer.bytes.fill(0);
    assert.deepEqual([[...plain], [...bytes]], [[1, 2, 3], [4, 5, 6]]);
    assert.equal(plain.buffer.byteLength, 3);
    assert.equal(bytes.buffer.byteLength, 3);
  }
});

test("Lists cross at every length and depth around the limits of writing them in place", { timeout }, () => {
  for (let length = 0; length <= INLINE_LIST_ITEMS + 3; length++) {
    assertCrosses(Array.from({ length }, (_, i) => i / 2));
    assertCrosses(Array.from({ length }, (_, i) => `item ${i}`));
    assertCrosses(Array.from({ length }, (_, i) => [i, `${i}`]));
    assertCrosses([Array.from({ length }, (_, i) => ({ i }))]);
  }
  let nested: unknown = ["core", 1];
  for (let depth = 0; depth <= INLINE_LIST_DEPTH + 3; depth++) {
    assertCrosses(nested);
    nested = [nested, depth];
  }
  assertCrosses(Array.from({ length: 5000 }, (_, i) => -i));
});

test("64-bit items are found at every alignment", { timeout }, () => {
  for (let cells = 0; cells < 6; cells++) {
    const before = Array.from({ length: cells }, () => true);
    for (const value of [0.1, 2n ** 40n, [0.1, 0.2], [0.1, 0.2, 0.3]]) {
      for (const start of [0, 8, 16, 24]) assertCrosses([...before, value, "behind", structuredClone(value)], start);
    }
  }
});

test("Typed arrays, views and buffers keep class, items and nothing else of their buffer's size", { timeout }, () => {
  const buffer = Uint8Array.from({ length: 32 }, (_, i) => i * 7).buffer;
  for (
    const View of [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    ]
  ) {
    for (const view of [new View(buffer), new View(buffer, 8, 1), new View(buffer, 32), new View(0)]) {
      assertCrosses(view);
      assertCrosses({ view });
    }
  }
  assertCrosses(new DataView(buffer, 3, 9));
  assertCrosses(buffer);
  assertCrosses({ buffer });
});

test(
  "Objects with odd keys, no prototype, getters or hidden fields cross as a structured clone would",
  { timeout },
  () => {
    class Point {
      x = 1;
      #secret = 2;
      get sum(): number {
        return this.x + this.#secret;
      }
    }
    class Iterable {
      items = [1];
      *[Symbol.iterator](): Generator<number> {
        yield* this.items;
      }
    }
    class Described {
      inner = 1;
      toJSON(): unknown {
        return { outer: 2 };
      }
    }
    const keys = [
      "constructor",
      "toJSON",
      "toString",
      "hasOwnProperty",
      "valueOf",
      "then",
      "length",
      "",
      "1",
      " ",
      'é\n"',
    ];
    assertCrosses(Object.fromEntries(keys.map((key, i) => [key, i])));
    for (const key of keys) assertCrosses({ [key]: { [key]: key } });
    assertCrosses(Object.assign(Object.create(null), { a: 1 }));
    assertCrosses(new Point());
    assertCrosses([{ point: new Point() }]);
    assertCrosses(new Iterable());
    assertCrosses(new Described());
    assertCrosses({ inner: new Described() });
    assertCrosses({
      get x(): number {
        return 3;
      },
    });
    assertCrosses(Object.defineProperty({ a: 1, [Symbol("b")]: 2 }, "hidden", { value: 3 }));
    assertCrosses(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, i])));
    assertCrosses(Array.from({ length: 2000 }, (_, i) => ({ [`key ${i}`]: i, shared: i })));
  },
);

test("Dates, patterns, maps and sets cross, also nested in one another", { timeout }, () => {
  for (const time of [0, -1, 1.5, 1_700_000_000_123, 8.64e15, -8.64e15, NaN]) assertCrosses(new Date(time));
  assertCrosses(/a\/[b]/giu);
  assertCrosses(
    new Map<unknown, unknown>([[{ a: 1 }, new Set([new Map([[1, {}]])])], [NaN, undefined], ["a", /b/]]),
  );
});

test("Only a structured clone carries what packing would change or lose", { timeout }, () => {
  const shared = { a: 1 };
  const cyclic: unknown[] = [1];
  cyclic.push({ cyclic });
  const cyclicList: unknown[] = [];
  cyclicList.push(cyclicList);
  class Named extends Map<number, number> {}
  class Tagged extends Set<number> {}
  class Bytes extends Uint8Array {}
  const Float16 = (globalThis as { Float16Array?: new (length: number) => ArrayBufferView }).Float16Array;
  const values: unknown[] = [
    [shared, shared],
    { x: shared, y: [shared] },
    new Map([[shared, shared]]),
    cyclic,
    cyclicList,
    // deno-lint-ignore no-sparse-arrays
    [1, , "a"],
    // deno-lint-ignore no-sparse-arrays
    { list: [1, , 2] },
    { zero: -0 },
    { text: "\ud800" },
    { "\udc00": 1 },
    JSON.parse('{ "__proto__": 1 }'),
    new Named([[1, 2]]),
    new Tagged([1]),
    Bytes.of(1, 2, 3),
    new Number(1),
    new SharedArrayBuffer(8),
    new Uint8Array(new SharedArrayBuffer(8)),
    { view: new Int32Array(new SharedArrayBuffer(8)) },
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
  ];
  if (Float16 !== undefined) values.push(new Float16(2), { view: new Float16(2) });
  for (const value of values) assertNeedsClone(value);
});

test("Very deep values are left to a structured clone, and too deep ones refused by name", { timeout }, () => {
  const nest = (depth: number): unknown => {
    let value: unknown = {};
    for (let i = 0; i < depth; i++) value = { value };
    return value;
  };
  assertCrosses(nest(400));
  assertNeedsClone(nest(600));
  for (const buffer of buffers) {
    for (const depth of [1001, 200_000]) {
      assert.throws(() => buffer.write(nest(depth)), (error: unknown) => {
        assert.ok(error instanceof TaskEncodingError);
        assert.match(error.path, /^(?:value\.){3}.*…$/);
        return true;
      });
    }
  }
});

test("A value stays within its limit: too short a one gives overflow, enough of one is used", { timeout }, () => {
  const small = [new ValueBuffer(new ArrayBuffer(2048)), new ValueBuffer(new SharedArrayBuffer(2048))];
  fc.assert(
    fc.property(anyValue, fc.constantFrom(0, 8, 24), fc.constantFrom(...small), (value, start, buffer) => {
      const written = buffer.write(value, start);
      if (written !== "written" || buffer.size > 400) return;
      const { size } = buffer;
      for (let limit = start; limit <= start + size + 8; limit++) {
        const result = buffer.write(value, start, limit);
        assert.ok(buffer.isUntouchedOutside(start, limit), `bytes outside of ${start} to ${limit} were written`);
        if (limit <= start + size - 4) assert.equal(result, "overflow", `limit ${limit} for ${size} bytes`);
        if (result === "written") assertSame(buffer.read(start), structuredClone(value));
        else assert.ok(result === "overflow" && buffer.needed > 0);
      }
      const limit = Math.ceil((start + size + 16) / 8) * 8;
      assert.equal(buffer.write(value, start, limit), "written");
    }),
    { numRuns: 300 },
  );
});

test("Buffers and views of all kinds cross as what they are, with their own bytes and no others", { timeout }, () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 3);
  const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]
    .map((Kind) => new Kind(bytes.buffer, 8, 4));
  const wide = [Float32Array, Float64Array, BigInt64Array, BigUint64Array].map((Kind) => new Kind(bytes.buffer, 16, 2));
  const values = [...kinds, ...wide, new DataView(bytes.buffer, 3, 5), bytes.buffer, new ArrayBuffer(0)];
  for (const buffer of buffers) {
    for (const value of [...values, [values[3], 1]]) {
      assert.equal(buffer.write(value), "written");
      assertSame(buffer.read(), structuredClone(value));
    }
    for (const view of [...kinds, ...wide]) {
      buffer.write(view);
      assert.equal((buffer.read() as Uint8Array).buffer.byteLength, view.byteLength);
    }
  }
});

test("An unknown tag is refused, not guessed at", { timeout }, () => {
  for (const buffer of buffers) {
    buffer.write(null);
    new Int32Array(buffer.bytes.buffer)[0] = 99;
    assert.throws(() => buffer.read(), { name: "TypeError", message: "Unknown tag 99 at byte 0" });
    buffer.write(new Uint8Array(4));
    buffer.bytes[1] = 99;
    assert.throws(() => buffer.read(), { name: "TypeError", message: "Unknown kind of bytes 99 at byte 0" });
  }
});

test("Lists of 32-bit integers, and lists with one number that is none, cross to the last bit", { timeout }, () => {
  const odd = [-0, 0.5, NaN, 2 ** 31, -(2 ** 31) - 1];
  for (const length of [2, 3, INLINE_LIST_ITEMS, INLINE_LIST_ITEMS + 1, 1000]) {
    const integers = Array.from({ length }, (_, i) => i % 2 === 0 ? 2 ** 31 - 1 - i : -(2 ** 31) + i);
    assertCrosses(integers);
    assertCrosses([true, integers, 0.5]);
    for (const other of [...odd, "text", null, [1]]) {
      assertCrosses([other, ...integers]);
      assertCrosses([...integers, other]);
    }
  }
});

test("A list of numbers without enough room overflows and says what it needs", { timeout }, () => {
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  const bytes = new Uint8Array(1024);
  const writer = new ValueWriter(bytes, new Int32Array(bytes.buffer), new Float64Array(bytes.buffer));
  assert.equal(writer.write(list, 0, 1024, "list"), "overflow");
  assert.ok(writer.needed >= 400_000);
});
