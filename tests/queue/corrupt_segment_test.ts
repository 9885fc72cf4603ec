import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeBytes } from "../../src/channel/byte_codec.ts";
import "../../src/channel/objects.ts";
import { free } from "../../src/memory/allocator.ts";
import { typedView } from "../../src/memory/linear_memory.ts";
import { Segment } from "../../src/queue/segment.ts";
import { anyValue } from "../channel/fixtures/any_value.ts";

const timeout = 60_000;
const BYTES = 1024;
const HEADER_WORDS = 4;

/** Uses what can be read of a segment; a corrupt one is refused by an error and ends nothing else. */
function readAll(segment: Segment): void {
  segment.contents();
  for (let messages = 0; messages < 200 && !segment.isEmpty; messages++) {
    segment.firstBytes();
    segment.firstValue();
    segment.shift(segment.firstLength());
  }
}

function assertRefusedOrRead(segment: () => Segment): void {
  try {
    readAll(segment());
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(String(error), /Maximum call stack/);
  }
}

test("Flipped bits in a segment of a queue give values or errors, and every loop ends", { timeout }, () => {
  const flip = fc.record({ at: fc.nat(BYTES - 1), bits: fc.integer({ min: 1, max: 255 }) });
  fc.assert(
    fc.property(
      fc.array(anyValue, { maxLength: 6 }),
      fc.array(flip, { minLength: 1, maxLength: 6 }),
      (values, flips) => {
        const segment = Segment.create(BYTES, 0);
        for (const value of values) segment.append(encodeBytes(value, "value"));
        const bytes = typedView(Uint8Array, segment.byteOffset, BYTES);
        for (const { at, bits } of flips) bytes[at]! ^= bits;
        assertRefusedOrRead(() => Segment.at(segment.byteOffset));
        free(segment.byteOffset);
      },
    ),
    { numRuns: 400 },
  );
});

test("Sizes and places in a segment that cannot be are refused", { timeout }, () => {
  const segment = Segment.create(BYTES, 0);
  segment.append(encodeBytes("text", "value"));
  const words = typedView(Int32Array, segment.byteOffset, BYTES / 4);
  const right = words.slice(0, HEADER_WORDS + 1);
  const [, start, end, size, length] = [0, 1, 2, 3, 4];
  const wrong: [number, number][] = [
    [start, 0],
    [start, 12],
    [end, BYTES + 8],
    [size, 0],
    [size, -8],
    [size, 2 ** 31 - 8],
    [length, -1],
    [length, 2 ** 31 - 1],
    [length, 64],
  ];
  for (const [word, value] of wrong) {
    words.set(right);
    words[word] = value;
    assert.throws(() => readAll(Segment.at(segment.byteOffset)), /of a segment|Found a segment|Linear memory ends/);
  }
  words.set(right);
  readAll(Segment.at(segment.byteOffset));
  free(segment.byteOffset);
});
