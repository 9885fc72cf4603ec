import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LookAheadLimitError } from "../../src/core/errors.ts";
import { kernels } from "../../src/kernels/kernels.ts";
import { ByteFeed } from "../../src/text/byte_feed.ts";
import { lowerStream } from "../../src/text/lower_stream.ts";
import { OrderedRun } from "../../src/text/ordered_run.ts";
import type { RunContext } from "../../src/text/run_context.ts";
import { allocateSlot, freeSlot, memoryView } from "../../src/text/slot.ts";
import { SlotPool } from "../../src/text/slot_pool.ts";
import { casedFollowsInStream } from "../../src/text/stream_look_ahead.ts";
import type { StreamPlace } from "../../src/text/stream_place.ts";
import { allocateZeroed, free } from "../../src/memory/allocator.ts";
import { inlinePool } from "./inline_pool.ts";
import { hardText } from "./sample_text.ts";

const timeout = 120_000;

async function* pieces(list: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* list;
}

/** Where a piece of a stream ends, and the bytes that are written then. */
type PieceEnd = readonly [end: StreamPlace, written: number];

/** The sizes of the slots and what they are used for. */
interface Setup {
  readonly chunkBytes: number;
  readonly outputBytes: number;
  /** Whether the stream is worked on as it comes. */
  readonly isLive?: boolean;
  readonly start?: StreamPlace;
  /** Takes the ends of the pieces. */
  readonly ends?: PieceEnd[];
}

/** Lower-cases a stream and joins what is written. */
async function lowered(
  list: readonly Uint8Array[],
  { chunkBytes, outputBytes, isLive = true, start, ends }: Setup,
): Promise<Uint8Array> {
  const slots = Array.from({ length: 3 }, () => allocateSlot(4096, outputBytes));
  const stopWord = allocateZeroed(4);
  const pool = new SlotPool(slots);
  const context: RunContext = {
    runner: inlinePool(),
    slots: pool,
    settings: { invalid: "pass", windowBytes: 12, stopWord },
    chunkBytes,
    stopped: false,
    onStop: () => () => {},
  };
  const output: number[] = [];
  let consumed = start?.consumed ?? 0;
  const pieceEnds: StreamPlace[] = [];
  const ordered = new OrderedRun({
    slots: pool,
    turn: () => Promise.resolve(),
    onWritten: (bytes) => consumed += bytes,
    onReached: ({ chunks, next, written }) => {
      if (next === undefined) ends?.push([pieceEnds[chunks - 1]!, written]);
    },
    sink: {
      write: (slot, length) => {
        output.push(...memoryView(slot.output, length));
        return Promise.resolve(length);
      },
    },
  });
  try {
    const onPiece = (end: StreamPlace): void => void pieceEnds.push(end);
    await lowerStream(context, { name: "test", bytes: pieces(list), isOwn: false, isLive, start, onPiece }, ordered);
    await ordered.finish();
    assert.equal(consumed, list.reduce((sum, piece) => sum + piece.length, 0), "every byte is counted once");
    assert.equal(pool.idle, true, "every slot is given back");
    return Uint8Array.from(output);
  } finally {
    for (const slot of slots) freeSlot(slot);
    free(stopWord);
  }
}

function dots(count: number): number[] {
  return new Array<number>(count).fill(0x2e);
}

describe("lowerStream", () => {
  test("in pieces and slots of any size gives what the whole text gives", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hardText, { maxLength: 4 }),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 8, max: 60 }),
        async (list, chunkBytes, outputBytes) => {
          const whole = Uint8Array.from(list.flatMap((piece) => [...piece]));
          assert.deepEqual(await lowered(list, { chunkBytes, outputBytes }), kernels.lowercase(whole));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("begun at the end of any piece writes the rest, cut at the same places", { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hardText, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 8, max: 60 }),
        async (list, chunkBytes, outputBytes) => {
          const setup = { chunkBytes, outputBytes, isLive: false };
          const ends: PieceEnd[] = [];
          const whole = await lowered(list, { ...setup, ends });
          const total = list.reduce((sum, piece) => sum + piece.length, 0);
          // At the end of the text there is nothing that a context would be for.
          const beyond = (all: PieceEnd[], { consumed }: StreamPlace, written: number): unknown[] =>
            all.filter(([end]) => end.consumed > consumed)
              .map(([end, at]) => [end.consumed, end.consumed < total && end.context, at - written]);
          for (const [start, written] of ends) {
            const rest: PieceEnd[] = [];
            assert.deepEqual(await lowered(list, { ...setup, start, ends: rest }), whole.subarray(written));
            assert.deepEqual(beyond(rest, start, 0), beyond(ends, start, written));
          }
        },
      ),
      { numRuns: 100, examples: [[[Uint8Array.of(0xce, 0xa3, 0xce, 0xa3, ...dots(22))], 8, 8]] },
    );
  });

  test("refuses a stream that ends before the place where it is to go on", { timeout }, async () => {
    const list = [new TextEncoder().encode("SHORT")];
    const start = { consumed: 6, context: 0 };
    await assert.rejects(
      lowered(list, { chunkBytes: 16, outputBytes: 16, start }),
      /test changed while it was read: expected more than 6 bytes of text, found 5/,
    );
  });

  test("looks as far ahead as a sigma needs", { timeout }, async () => {
    const encoder = new TextEncoder();
    for (const [last, sigma] of [["Α", "σ"], ["", "ς"], ["!", "ς"]] as const) {
      const list = ["ΟΔΟ", "Σ", ..."....".repeat(30).match(/.../g)!, last].map((text) => encoder.encode(text));
      const text = new TextDecoder().decode(await lowered(list, { chunkBytes: 16, outputBytes: 64 }));
      assert.equal(text, `οδο${sigma}${".".repeat(120)}${last.toLowerCase()}`);
    }
  });
});

describe("casedFollowsInStream", () => {
  test("gives up at its limit with an error that says so", { timeout }, async () => {
    const dots = new TextEncoder().encode(".".repeat(50));
    const feed = new ByteFeed(pieces([dots, dots, dots, dots]));
    feed.giveBack(new TextEncoder().encode("Σ"));
    const scratch = allocateSlot(4096, 16);
    try {
      await assert.rejects(
        casedFollowsInStream(feed, scratch, 120),
        (error: unknown) => error instanceof LookAheadLimitError && /within 120 bytes/.test(error.message),
      );
    } finally {
      freeSlot(scratch);
    }
  });
});
