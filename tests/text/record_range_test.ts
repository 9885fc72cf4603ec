import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { hasOddQuotes, lastRecordEnd, readRecords } from "../../src/text/record_range.ts";

const timeout = 30_000;

/** The records of each chunk, read one by one, in any order. */
function recordsOf(text: Uint8Array, chunkBytes: number, quotes: boolean): string[] {
  const source = {
    size: text.length,
    readAt: (target: Uint8Array, position: number) => {
      const bytes = text.subarray(position, position + target.length);
      target.set(bytes);
      return bytes.length;
    },
  };
  const ranges: string[] = [];
  for (let start = 0; start < text.length; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, text.length);
    const { bytes, offset } = readRecords(source, {
      start,
      end,
      startsQuoted: hasOddQuotes(text.subarray(0, start)),
      endsQuoted: hasOddQuotes(text.subarray(0, end)),
    }, quotes);
    const found = Buffer.from(bytes).toString("latin1");
    const there = Buffer.from(text.subarray(offset, offset + bytes.length)).toString("latin1");
    assert.equal(found, there, "the offset is where the bytes are");
    if (bytes.length > 0 && offset + bytes.length < text.length) {
      assert.equal(lastRecordEnd(bytes, quotes), bytes.length, "a range ends with a record");
    }
    ranges.push(found);
  }
  return ranges;
}

describe("readRecords", () => {
  const pieces = fc.array(fc.constantFrom("a", "bc", "\n", "\r\n", '"', '""', "long ".repeat(8)), { maxLength: 60 });

  for (const quotes of [false, true]) {
    test(`the ranges of a text fit exactly, whatever their size ${quotes ? "and where its quotes are" : ""}`.trim(), {
      timeout,
    }, () => {
      fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 50 }), (parts, chunkBytes) => {
        const text = Buffer.from(parts.join(""));
        assert.equal(recordsOf(text, chunkBytes, quotes).join(""), text.toString("latin1"));
      }));
    });
  }

  test("a record that is longer than several chunks belongs to the one in which it begins", { timeout }, () => {
    const text = Buffer.from(`short\n${"x".repeat(50_000)}\nlast`);
    assert.deepEqual(
      recordsOf(text, 4096, false).filter((range) => range !== "").map((range) => range.length),
      [50_007, 4],
    );
  });
});
