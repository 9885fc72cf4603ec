import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/channel/objects.ts";
import { decodeBlock, encodeBlock, freeBlock } from "../../src/channel/payload_block.ts";
import { TaskEncodingError } from "../../src/core/errors.ts";
import { accounting } from "../../src/memory/allocator.ts";

const timeout = 60_000;
const MIB = 1024 * 1024;

test("A value in a block is read as it was, as often as one likes, until the block is freed", { timeout }, () => {
  const before = accounting().blocks;
  const value = [new Uint8Array(MIB).fill(5), "naïve 東京 ".repeat(30_000), [0.5, -0, NaN], { deep: [1n] }];
  const block = encodeBlock(value, "args", 1)!;
  assert.deepEqual(decodeBlock(block), value);
  assert.deepEqual(decodeBlock(block), value);
  assert.equal(accounting().blocks, before + 1);
  freeBlock(block);
  assert.equal(accounting().blocks, before);
});

test("What was read refers to nothing in the block", { timeout }, () => {
  const block = encodeBlock(new Uint8Array(1000).fill(1), "args", 1000)!;
  const read = decodeBlock(block) as Uint8Array;
  freeBlock(block);
  freeBlock(encodeBlock(new Uint8Array(1000).fill(2), "args", 1000)!);
  assert.ok(read.every((byte) => byte === 1));
});

test("What cannot be encoded leaves no block", { timeout }, () => {
  const before = accounting().blocks;
  const cycle: unknown[] = [new Uint8Array(MIB)];
  cycle.push(cycle);
  assert.equal(encodeBlock(cycle, "args", MIB), undefined);
  assert.throws(() => encodeBlock([new Uint8Array(MIB), () => {}], "args", MIB), TaskEncodingError);
  assert.equal(accounting().blocks, before);
});

test("A thread makes no more blocks while many of its own are not freed", { timeout }, () => {
  const bytes = new Uint8Array(8 * MIB);
  const blocks = [];
  for (let block = encodeBlock(bytes, "args", bytes.length); block !== undefined;) {
    blocks.push(block);
    block = encodeBlock(bytes, "args", bytes.length);
  }
  assert.ok(blocks.length > 1 && blocks.length <= 8, `made ${blocks.length} blocks`);
  freeBlock(blocks.pop()!);
  const next = encodeBlock(bytes, "args", bytes.length);
  assert.ok(next !== undefined);
  for (const block of [next, ...blocks]) freeBlock(block);
});
