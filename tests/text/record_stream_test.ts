import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, test } from "node:test";
import fc from "fast-check";
import { allocateMapSlot, freeMapSlot } from "../../src/text/map_slot.ts";
import type { MapperSettings } from "../../src/text/record_form.ts";
import { type RecordStart, RecordStream } from "../../src/text/record_stream.ts";
import { memoryView } from "../../src/text/slot.ts";

const timeout = 60_000;

const SETTINGS: MapperSettings = {
  by: "csv",
  header: true,
  delimiter: ",",
  invalid: "error",
  concurrency: 1,
  retries: 0,
  timeout: undefined,
  stops: true,
  values: false,
};

/** A range as its worker gets it. */
interface Range {
  readonly text: string;
  readonly offset: number;
  readonly isFirst: boolean;
  readonly header: string | undefined;
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The ranges of a text that comes in pieces of some size. */
async function rangesOf(
  bytes: Uint8Array,
  settings: MapperSettings,
  [chunkBytes, pieceBytes]: readonly [number, number],
  start?: RecordStart,
): Promise<Range[]> {
  const slot = allocateMapSlot(chunkBytes, 16);
  try {
    const stream = new RecordStream(pieces(bytes, pieceBytes), settings, chunkBytes, start);
    const ranges: Range[] = [];
    for (let range; (range = await stream.next(slot, () => false)) !== undefined;) {
      const { source, isFirst, header } = range;
      assert.ok("offset" in source);
      const content = "bytes" in source ? source.bytes : memoryView(slot.input, source.length);
      ranges.push({ text: Buffer.from(content).toString("latin1"), offset: source.offset, isFirst, header });
    }
    return ranges;
  } finally {
    freeMapSlot(slot);
  }
}

describe("RecordStream", () => {
  const text = fc.array(fc.constantFrom("a", "bc,", "\n", "\r\n", '"', '"x"', "\u00e9", "long ".repeat(8)), {
    maxLength: 60,
  }).map((parts) => Buffer.from(`${parts.join("")}\n${parts.join(",")}`));

  for (const [by, header] of [["lines", false], ["csv", false], ["csv", true]] as const) {
    test(
      `gone on with after any range of ${by}${header ? " with a header" : ""}, gives the ranges after it`,
      { timeout },
      async () => {
        const settings = { ...SETTINGS, by, header };
        const sizes = fc.integer({ min: 1, max: 50 });
        await fc.assert(fc.asyncProperty(text, sizes, sizes, sizes, async (bytes, chunkBytes, before, after) => {
          const all = await rangesOf(bytes, settings, [chunkBytes, before]);
          assert.equal(all.map(({ text }) => text).join(""), bytes.toString("latin1"));
          for (let count = 0; count <= all.length; count++) {
            const consumed = all[count]?.offset ?? bytes.length;
            const rest = await rangesOf(bytes, settings, [chunkBytes, after], { name: "test", consumed });
            assert.deepEqual(rest, all.slice(count));
          }
        }));
      },
    );
  }

  test("refuses a stream that ends before the place where it is to go on", { timeout }, async () => {
    await assert.rejects(
      rangesOf(Buffer.from("a\nb\n"), SETTINGS, [16, 16], { name: "test", consumed: 5 }),
      /test changed while it was read: expected more than 5 bytes of text, found 4/,
    );
  });
});
