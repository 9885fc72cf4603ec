import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../src/kernels/kernels.ts";
import type { ByteSource } from "../../src/text/byte_source.ts";
import { chunkCount, nominalChunk } from "../../src/text/chunk_plan.ts";
import type { TaskFailure } from "../../src/text/file_failure.ts";
import { type ChunkSettings, type ChunkState, lowerChunk, windowRoom } from "../../src/text/lower_chunk.ts";
import { allocateSlot, freeSlot, memoryView } from "../../src/text/slot.ts";
import { hardText, validText } from "./sample_text.ts";

const timeout = 60_000;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function source(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    readAt(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
}

function settings(windowBytes: number, invalid: "pass" | "error" | "replace" = "pass"): ChunkSettings {
  return { invalid, windowBytes, stopped: () => false };
}

/** Lower-cases `bytes` chunk by chunk, each on its own, and joins what comes out. */
function lowerInChunks(bytes: Uint8Array, chunkBytes: number, outputBytes: number, options: ChunkSettings): Uint8Array {
  const slot = allocateSlot(windowRoom(options.windowBytes), outputBytes);
  const output: number[] = [];
  try {
    let consumed = 0;
    for (let index = 0; index < chunkCount(bytes.length, chunkBytes); index++) {
      const chunk = nominalChunk(index, bytes.length, chunkBytes);
      let resume: ChunkState | undefined;
      do {
        const part = lowerChunk(source(bytes), chunk, slot, options, resume);
        output.push(...memoryView(slot.output, part.produced));
        consumed += part.consumed;
        resume = part.next;
      } while (resume !== undefined);
    }
    assert.equal(consumed, bytes.length, "every byte belongs to exactly one chunk");
    return Uint8Array.from(output);
  } finally {
    freeSlot(slot);
  }
}

describe("lowerChunk", () => {
  const sizes = { chunkBytes: fc.integer({ min: 1, max: 70 }), windowBytes: fc.integer({ min: 8, max: 70 }) };

  test("in chunks of any size gives what the whole text gives", { timeout }, () => {
    fc.assert(
      fc.property(hardText, sizes.chunkBytes, sizes.windowBytes, (bytes, chunkBytes, windowBytes) => {
        assert.deepEqual(lowerInChunks(bytes, chunkBytes, 1024, settings(windowBytes)), kernels.lowercase(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("in pieces of any output size gives what the whole text gives", { timeout }, () => {
    fc.assert(
      fc.property(hardText, sizes.chunkBytes, fc.integer({ min: 8, max: 40 }), (bytes, chunkBytes, outputBytes) => {
        assert.deepEqual(lowerInChunks(bytes, chunkBytes, outputBytes, settings(16)), kernels.lowercase(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("replaces invalid bytes as the whole text does", { timeout }, () => {
    fc.assert(
      fc.property(hardText, sizes.chunkBytes, sizes.windowBytes, (bytes, chunkBytes, windowBytes) => {
        assert.deepEqual(
          lowerInChunks(bytes, chunkBytes, 64, settings(windowBytes, "replace")),
          kernels.lowercase(bytes, { invalid: "replace" }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("names the offset of the first invalid byte from the start of the text", { timeout }, () => {
    fc.assert(
      fc.property(validText, sizes.chunkBytes, validText, (before, chunkBytes, after) => {
        const bytes = Uint8Array.from([...before, 0xff, ...after]);
        assert.throws(
          () => lowerInChunks(bytes, chunkBytes, 1024, settings(16, "error")),
          (error: TaskFailure) => error.data.kind === "invalid" && error.data.offset === before.length,
        );
      }),
      { numRuns: 500 },
    );
  });

  test("decides a sigma by a letter that comes many windows later", { timeout }, () => {
    for (const [last, sigma] of [["Α", "σ"], ["", "ς"], [" Α", "ς"]] as const) {
      const text = `ΟΔΟΣ${".".repeat(1000)}${last}`;
      const lowered = lowerInChunks(new TextEncoder().encode(text), 64, 128, settings(16));
      assert.equal(decoder.decode(lowered), `οδο${sigma}${".".repeat(1000)}${last.toLowerCase()}`);
    }
  });

  test("reports a text that is shorter than it was", { timeout }, () => {
    const bytes = new TextEncoder().encode("ABC DEF");
    const slot = allocateSlot(windowRoom(16), 64);
    try {
      assert.throws(
        () => lowerChunk({ ...source(bytes), size: 12 }, { start: 0, end: 12 }, slot, settings(16)),
        (error: TaskFailure) => error.data.kind === "changed" && /ends at byte 7 of 12/.test(error.message),
      );
    } finally {
      freeSlot(slot);
    }
  });

  test("leaves the chunk when the run is stopped", { timeout }, () => {
    const bytes = new TextEncoder().encode("A".repeat(100));
    const slot = allocateSlot(windowRoom(16), 200);
    let asked = 0;
    try {
      assert.throws(
        () => lowerChunk(source(bytes), { start: 0, end: 100 }, slot, { ...settings(16), stopped: () => ++asked > 2 }),
        (error: TaskFailure) => error.data.kind === "stopped",
      );
      assert.equal(asked, 3);
    } finally {
      freeSlot(slot);
    }
  });
});
