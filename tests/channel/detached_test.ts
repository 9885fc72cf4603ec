import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/channel/objects.ts";
import { encodeDetached } from "../../src/channel/detached.ts";
import { ValueReader } from "../../src/channel/value_reader.ts";

const timeout = 60_000;

function decode(encoded: Uint8Array): unknown {
  const bytes = new Uint8Array(Math.ceil(encoded.length / 8) * 8);
  bytes.set(encoded);
  return new ValueReader(bytes, new Int32Array(bytes.buffer), new Float64Array(bytes.buffer)).read();
}

function assertCrosses(value: unknown): void {
  const encoded = encodeDetached(value, "value");
  assert.ok(encoded !== undefined);
  assert.deepStrictEqual(decode(encoded), value);
}

test("Values of every size around the scratch buffer's are encoded whole", { timeout }, () => {
  for (let length = 65_500; length <= 65_560; length++) {
    assertCrosses("a".repeat(length));
    assertCrosses(new Uint8Array(length).fill(length));
  }
  for (const length of [8188, 8189, 8190, 8191, 8192, 8193, 100_000]) {
    assertCrosses(Array.from({ length }, (_, i) => i / 3));
  }
});

test("A value that needs several larger buffers gets them", { timeout }, () => {
  assertCrosses("ठ".repeat(70_000));
  assertCrosses(Array.from({ length: 60 }, (_, i) => "é".repeat(i * 200)));
  assertCrosses(Array.from({ length: 60 }, (_, i) => new Uint8Array(i * 2000)));
  assertCrosses([{ text: "x".repeat(300_000) }, "\ud800".repeat(200_000)]);
});

test("Encoded bytes are not changed by the next value", { timeout }, () => {
  const values = ["first", [1, 2, 3], { a: "third" }, "x".repeat(70_000), "y".repeat(80_000)];
  const encoded = values.map((value) => encodeDetached(value, "value")!);
  assert.deepEqual(encoded.map(decode), values);
});

test(
  "What only a structured clone carries has no bytes; what nothing carries is refused by its path",
  { timeout },
  () => {
    const shared = {};
    assert.equal(encodeDetached([shared, shared], "args"), undefined);
    assert.throws(() => encodeDetached([1, ["x", { run() {} }]], "args"), {
      name: "TaskEncodingError",
      path: "args[1][1].run",
    });
  },
);
