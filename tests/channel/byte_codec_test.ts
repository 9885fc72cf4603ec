import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { SharedArray, TaskEncodingError } from "../../mod.ts";
import { encodeBytes } from "../../src/channel/byte_codec.ts";
import { decodeBytes } from "../../src/channel/decode_bytes.ts";
import { encodingForOutside } from "../../src/core/wire.ts";

const timeout = 60_000;

describe("encodeBytes and decodeBytes", () => {
  test("any plain value comes back equal, wherever its bytes lie", { timeout }, () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(fc.property(values, fc.nat(16), (value, offset) => {
      const bytes = encodeBytes(value, "value");
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      assert.deepEqual(decodeBytes(moved.subarray(offset)), decodeBytes(bytes));
      assert.deepEqual(decodeBytes(bytes), structuredClone(value));
    }));
  });

  test("a cycle, a negative zero and an error inside of one survive", { timeout }, () => {
    const value: Record<string, unknown> = { zero: -0, error: new RangeError("far") };
    value["self"] = value;
    const copy = decodeBytes(encodeBytes(value, "value")) as typeof value;
    assert.equal(copy["self"], copy);
    assert.ok(Object.is(copy["zero"], -0));
    assert.ok(copy["error"] instanceof RangeError);
  });

  test("what goes to threads only is refused with the path to it", { timeout }, () => {
    const refused = (value: unknown, path: string) =>
      assert.throws(() => encodeBytes(value, "item"), (error: TaskEncodingError) => error.path === path);
    refused({ a: [new Uint8Array(new SharedArrayBuffer(8))] }, "item.a[0]");
    refused({ b: new Blob(["text"]) }, "item.b");
    refused([new SharedArrayBuffer(8)], "item[0]");
    refused([() => 1], "item[0]");
  });

  test("for another process of the operating system, what lives in shared memory is refused", { timeout }, () => {
    const array = new SharedArray("d", 2);
    assert.throws(
      () => encodingForOutside(() => encodeBytes({ list: [array] }, "args")),
      (error: Error) => error instanceof TaskEncodingError && error.path === "args.list[0]",
    );
    assert.ok(decodeBytes(encodeBytes([array], "args")) instanceof Array);
    array.dispose();
  });
});
