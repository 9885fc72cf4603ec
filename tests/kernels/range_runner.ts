import assert from "node:assert/strict";
import { lowercaseRange, type LowercaseResult, type RangeOptions } from "../../src/kernels/lowercase.ts";
import { allocate } from "../../src/memory/allocator.ts";
import { heapBytes } from "../../src/memory/linear_memory.ts";
import { concat } from "./sample_bytes.ts";

const ROOM = 1 << 16;
const MARGIN = 64;
const MARK = 0xa5;

const source = allocate(ROOM, 64);
const destination = allocate(ROOM + 2 * MARGIN, 64) + MARGIN;

/** What one call answered, and what it wrote. */
export interface RangeRun extends LowercaseResult {
  readonly output: Uint8Array;
}

/** Calls the kernel with a text at `shift` bytes from an aligned address; fails if it writes outside of the output. */
export function runRange(
  text: Uint8Array,
  options: RangeOptions = {},
  capacity: number = 3 * text.length,
  shift = 0,
): RangeRun {
  assert.ok(shift + text.length <= ROOM && capacity + shift <= ROOM);
  const bytes = heapBytes(Math.max(source, destination) + ROOM + MARGIN);
  bytes.set(text, source + shift);
  const to = destination + shift;
  bytes.fill(MARK, to - MARGIN, to);
  bytes.fill(MARK, to + capacity, to + capacity + MARGIN);
  const result = lowercaseRange(source + shift, text.length, to, capacity, options);
  assert.ok(bytes.subarray(to - MARGIN, to).every((byte) => byte === MARK), "wrote before the output");
  assert.ok(
    bytes.subarray(to + capacity, to + capacity + MARGIN).every((byte) => byte === MARK),
    "wrote after the output",
  );
  return { ...result, output: bytes.slice(to, to + result.produced) };
}

/**
 * Lower-cases a text as a stream does: pieces that end at `cuts` arrive one after the other, the output has room for
 * `capacity` bytes at a time.
 */
export function runStream(
  text: Uint8Array,
  cuts: readonly number[],
  capacity: number,
  options: RangeOptions = {},
): Uint8Array {
  const ends = [...cuts, text.length];
  const output: Uint8Array[] = [];
  let [at, piece, context] = [0, 0, 0];
  while (at < text.length) {
    const end = ends[piece]!;
    const run = runRange(
      text.subarray(at, end),
      { ...options, end: end === text.length ? "end" : "more", context },
      capacity,
    );
    output.push(run.output);
    at += run.consumed;
    context = run.context;
    if (run.status === "full") assert.ok(run.consumed > 0, "a full output made no progress");
    else {
      assert.equal(run.status, "ok");
      assert.ok(piece < ends.length || at === text.length, "the end of the text was not consumed");
      piece++;
    }
  }
  return concat(output);
}
