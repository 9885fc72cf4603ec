import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernelExports } from "../../src/kernels/instance.ts";
import { lowercaseTwin } from "../../src/kernels/lowercase_twin.ts";
import { allocate } from "../../src/memory/allocator.ts";
import { heapBytes } from "../../src/memory/linear_memory.ts";
import { runRange } from "./range_runner.ts";
import { anyText, concat } from "./sample_bytes.ts";

const timeout = 60_000;
const NONE = 0xffff_ffff;
const address = allocate(65536);

/** Puts a text into the linear memory and asks a kernel about it. */
function ask(kernel: (address: number, length: number) => number, text: Uint8Array | string): number {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  heapBytes(address + bytes.length).set(bytes, address);
  return kernel(address, bytes.length);
}

test("A text cut at its first or last reset is the whole, each side on its own", { timeout }, () => {
  const { first_reset, last_reset } = kernelExports();
  let cuts = 0;
  fc.assert(
    fc.property(anyText, (text) => {
      for (const cut of [ask(first_reset, text), ask(last_reset, text)]) {
        if (cut >= text.length) continue;
        cuts++;
        const sides = [text.subarray(0, cut), text.subarray(cut)].map((side) => runRange(side).output.slice());
        assert.deepEqual(concat(sides), lowercaseTwin(text));
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(cuts > 500);
});

test("Resets are the first byte of what is neither cased nor ignorable", { timeout }, () => {
  const { first_reset, last_reset } = kernelExports();
  assert.equal(ask(first_reset, "a.b 中 c"), 3);
  assert.equal(ask(last_reset, "a.b 中cd'e"), 4);
  assert.equal(ask(first_reset, "ab\n"), 2);
  assert.equal(ask(first_reset, "ΟΔΟΣ'^`:.é"), 15);
  assert.equal(ask(last_reset, "ΟΔΟΣ'^`:.é"), NONE);
  assert.equal(ask(first_reset, ""), 0);
  assert.equal(ask(last_reset, ""), NONE);
});

test("What follows a sigma is told as far as the text tells", { timeout }, () => {
  const { sigma_follow } = kernelExports();
  assert.equal(ask(sigma_follow, ""), 0);
  assert.equal(ask(sigma_follow, "...\u{301}'"), 0);
  assert.equal(ask(sigma_follow, ".. "), 1);
  assert.equal(ask(sigma_follow, "..a"), 2);
  assert.equal(ask(sigma_follow, "\u{345}\u{2b0}"), 0);
  assert.equal(ask(sigma_follow, "中"), 1);
  assert.equal(ask(sigma_follow, Uint8Array.of(0x2e, 0xff)), 1);
  assert.equal(ask(sigma_follow, Uint8Array.of(0x2e, 0xce)), 0);
});

test("An incomplete tail is what more input may complete", { timeout }, () => {
  const { incomplete_tail } = kernelExports();
  const cases: [number[], number][] = [
    [[], 0],
    [[0x41], 0],
    [[0xc3], 1],
    [[0x41, 0xe2, 0x82], 2],
    [[0xf0, 0x9f, 0x98], 3],
    [[0xf0, 0x9f, 0x98, 0x80], 0],
    [[0xed, 0xa0], 0],
    [[0xe0, 0x80], 0],
    [[0x80], 0],
    [[0xff], 0],
    [[0xc3, 0x80], 0],
    [[0xf4, 0x90], 0],
  ];
  for (const [bytes, expected] of cases) {
    assert.equal(ask(incomplete_tail, Uint8Array.from(bytes)), expected, `of ${bytes}`);
  }
});
