import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { OutOfMemoryError } from "../../src/core/errors.ts";
import { Heap } from "../../src/memory/heap.ts";
import {
  ARENA_BYTES,
  ARENA_NEXT,
  CAPACITY,
  FREE_LISTS,
  IN_USE,
  LOCK,
  MARK,
  NEWEST_ARENA,
  SECOND_LEVEL_MAPS,
  SIZE,
  SIZE_BEFORE,
  USED,
} from "../../src/memory/heap_layout.ts";
import { CONTROL_OFFSET, createLinearMemory, currentBuffer, PAGE_BYTES } from "../../src/memory/linear_memory.ts";

const timeout = 60_000;
const HEADER = 16;

type Step = { allocate: { bytes: number; alignment: number } } | { free: number };

const size = fc.oneof(
  { weight: 4, arbitrary: fc.nat(400) },
  { weight: 2, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(1 << 20) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ bytes: size, alignment: fc.nat(12).map((n) => 16 << n) }) },
  { weight: 2, arbitrary: fc.nat() },
).map((value) => typeof value === "number" ? { free: value } : { allocate: value });

/** What is allocated, as a caller sees it: offset and bytes of each block. */
class Model {
  readonly live: { offset: number; bytes: number }[] = [];

  add(offset: number, bytes: number): void {
    for (const other of this.live) {
      const overlaps = offset - HEADER < other.offset + other.bytes && other.offset - HEADER < offset + bytes;
      assert.ok(!overlaps, `${offset}+${bytes} overlaps ${other.offset}+${other.bytes}`);
    }
    this.live.push({ offset, bytes });
  }

  take(pick: number): number {
    return this.live.splice(pick % this.live.length, 1)[0].offset;
  }
}

function run(heap: Heap, model: Model, step: Step): void {
  if ("allocate" in step) {
    const { bytes, alignment } = step.allocate;
    const offset = heap.allocate(bytes, alignment);
    assert.equal(offset % alignment, 0);
    model.add(offset, bytes);
  } else if (model.live.length > 0) {
    heap.free(model.take(step.free));
  }
}

function check(heap: Heap, model: Model): void {
  const { capacity, used, free, blocks } = heap.accounting();
  assert.equal(used + free, capacity);
  assert.equal(blocks, model.live.length);
  assert.ok(used >= model.live.reduce((sum, block) => sum + block.bytes + HEADER, 0));
}

/** Sizes of all blocks, in the order in which they lie, an arena after the other; each begins where the one before ends. */
function walk(memory: WebAssembly.Memory): { bytes: number; isUsed: boolean }[] {
  const words = new Uint32Array(currentBuffer(memory));
  const blocks: { bytes: number; isUsed: boolean }[] = [];
  for (let arena = words[CONTROL_OFFSET / 4 + NEWEST_ARENA]!; arena !== 0; arena = words[arena / 4 + ARENA_NEXT]!) {
    const end = arena + words[arena / 4 + ARENA_BYTES]! - HEADER;
    let before = 0;
    let block = arena + HEADER;
    while (block < end) {
      const size = words[block / 4 + SIZE]!;
      const bytes = size - size % 16;
      assert.equal(words[block / 4 + SIZE_BEFORE], before);
      blocks.push({ bytes, isUsed: (size & IN_USE) !== 0 });
      before = bytes;
      block += bytes;
    }
    assert.equal(block, end);
  }
  return blocks;
}

describe("_TestHeap", () => {
  test("test_heap: after 5000 random allocations all bytes are accounted for", { timeout }, () => {
    const lognormal = fc.tuple(
      fc.double({ min: 1e-9, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
      .map(([a, b]) => Math.floor(Math.exp(Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b)) * 1000));
    fc.assert(
      fc.property(fc.infiniteStream(lognormal), fc.infiniteStream(fc.nat()), (sizes, picks) => {
        const memory = createLinearMemory(2000);
        const heap = new Heap(memory);
        const live: number[] = [];
        const drop = () => heap.free(live.splice(picks.next().value! % live.length, 1)[0]!);
        for (let round = 0; round < 5000; round++) {
          live.push(heap.allocate(sizes.next().value!, 16));
          if (live.length > 50) drop();
        }
        const { capacity, used, free, blocks, freeBlocks } = heap.accounting();
        assert.equal(used + free, capacity);
        const found = walk(memory);
        const sum = (isUsed: boolean) =>
          found.filter((block) => block.isUsed === isUsed).reduce((total, { bytes }) => total + bytes, 0);
        assert.deepEqual([sum(true), sum(false)], [used, free]);
        assert.deepEqual([blocks, freeBlocks], [live.length, found.length - live.length]);
        assert.ok(found.every(({ isUsed }, index) => isUsed || (found[index + 1]?.isUsed ?? true)));
        while (live.length > 0) drop();
        const { used: left, blocks: allocated, freeBlocks: whole, arenas } = heap.accounting();
        assert.deepEqual([left, allocated, whole], [0, 0, arenas]);
      }),
      { numRuns: 5 },
    );
  });
});

test("Blocks are aligned, never overlap, and add up with the free ones to the capacity", { timeout }, () => {
  const memory = createLinearMemory(2000);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), fc.infiniteStream(fc.nat()), (steps, order) => {
      const heap = new Heap(memory);
      const model = new Model();
      for (const step of steps) {
        run(heap, model, step);
        check(heap, model);
      }
      while (model.live.length > 0) heap.free(model.take(order.next().value!));
      const { used, freeBlocks, arenas } = heap.accounting();
      assert.deepEqual({ used, freeBlocks }, { used: 0, freeBlocks: arenas });
    }),
  );
});

test("What is written into a block is there until it is freed", { timeout }, () => {
  const memory = createLinearMemory(2000);
  fc.assert(
    fc.property(
      fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 3000 }), pick: fc.nat() }), { maxLength: 60, size: "max" }),
      (steps) => {
        const heap = new Heap(memory);
        const live: { offset: number; bytes: number; fill: number }[] = [];
        const release = (pick: number) => {
          const { offset, bytes, fill } = live.splice(pick % live.length, 1)[0];
          const found = new Uint8Array(currentBuffer(memory, offset + bytes), offset, bytes);
          assert.ok(found.every((byte) => byte === fill));
          heap.free(offset);
        };
        steps.forEach(({ bytes, pick }, index) => {
          const offset = heap.allocate(bytes, 16);
          const fill = index % 255 + 1;
          new Uint8Array(currentBuffer(memory, offset + bytes), offset, bytes).fill(fill);
          live.push({ offset, bytes, fill });
          if (pick % 3 === 0) release(pick);
        });
        while (live.length > 0) release(0);
      },
    ),
    { numRuns: 50 },
  );
});

test("Freed memory is used again instead of growing", { timeout }, () => {
  const memory = createLinearMemory(2000);
  const heap = new Heap(memory);
  const sizes = [48, 1000, 4096, 70_000, 3_000_000];
  for (const alignment of [16, 4096, 65536]) {
    for (const bytes of sizes) heap.free(heap.allocate(bytes, alignment));
  }
  const { capacity } = heap.accounting();
  for (let round = 0; round < 20; round++) {
    const offsets = [16, 4096, 65536].map((alignment) => heap.allocate(sizes[round % sizes.length] / 3, alignment));
    for (const offset of offsets) heap.free(offset);
  }
  assert.equal(heap.accounting().capacity, capacity);
});

test("A slot between neighbours in use is found again at its own size and alignment", { timeout }, () => {
  const heap = new Heap(createLinearMemory(2000));
  const neighbours = [heap.allocate(100, 16)];
  const slot = heap.allocate(300_000, 4096);
  neighbours.push(...Array.from({ length: 400 }, () => heap.allocate(100, 16)));
  heap.free(slot);
  assert.equal(heap.allocate(300_000, 4096), slot);
});

test("Pages that something else takes in between make a second arena", { timeout }, () => {
  const memory = createLinearMemory(2000);
  const heap = new Heap(memory);
  const first = heap.allocate(100, 16);
  const taken = memory.grow(3) * PAGE_BYTES;
  const second = heap.allocate(4 << 20, 16);
  assert.equal(heap.accounting().arenas, 2);
  assert.ok(second >= taken + 3 * PAGE_BYTES);
  heap.free(first);
  heap.free(second);
  assert.equal(heap.accounting().freeBlocks, 2);
});

test("Growth that follows the newest arena extends it", { timeout }, () => {
  const heap = new Heap(createLinearMemory(2000));
  const offsets = [heap.allocate(100, 16), heap.allocate(5 << 20, 16), heap.allocate(9 << 20, 16)];
  for (const offset of offsets) heap.free(offset);
  const { arenas, freeBlocks } = heap.accounting();
  assert.deepEqual({ arenas, freeBlocks }, { arenas: 1, freeBlocks: 1 });
});

test("A full memory is reported with what was asked for and what is there, and stays usable", { timeout }, () => {
  const heap = new Heap(createLinearMemory(100));
  const held = heap.allocate(1 << 20, 16);
  assert.throws(() => heap.allocate(10 << 20, 16), (error) => {
    assert.ok(error instanceof OutOfMemoryError);
    assert.match(
      error.message,
      /^Cannot allocate 10485760 bytes of linear memory: it has \d+ bytes and cannot grow by/,
    );
    return true;
  });
  assert.throws(() => heap.allocate(2 ** 33, 16), OutOfMemoryError);
  heap.free(held);
  heap.free(heap.allocate(1 << 20, 65536));
});

test("The last page can be had", { timeout }, () => {
  const pages = 80;
  const heap = new Heap(createLinearMemory(pages));
  const usable = (pages - 65) * PAGE_BYTES - 3 * HEADER;
  const offset = heap.allocate(usable, 16);
  assert.equal(heap.accounting().free, 0);
  assert.throws(() => heap.allocate(0, 16), OutOfMemoryError);
  heap.free(offset);
});

test("Freeing twice and freeing what is no block are told apart", { timeout }, () => {
  const heap = new Heap(createLinearMemory(2000));
  const kept = heap.allocate(64, 16);
  const freed = [heap.allocate(64, 16), heap.allocate(64, 16)];
  heap.allocate(64, 16);
  for (const offset of freed) heap.free(offset);
  for (const offset of freed) assert.throws(() => heap.free(offset), { code: "ERR_DOUBLE_FREE" });
  for (const offset of [0, -16, 77, kept + 16, CONTROL_OFFSET, 2 ** 40, Number.NaN, 0.5]) {
    assert.throws(() => heap.free(offset), RangeError, String(offset));
  }
  heap.free(kept);
});

test("A block is told by its serial from a later one at the same place", { timeout }, () => {
  const heap = new Heap(createLinearMemory(2000));
  const offset = heap.allocate(64, 16);
  const serial = heap.serial(offset);
  assert.notEqual(serial, 0);
  assert.equal(heap.freeIf(offset, serial), true);
  assert.equal(heap.serial(offset), 0);
  assert.equal(heap.freeIf(offset, serial), false);
  assert.equal(heap.allocate(64, 16), offset);
  assert.notEqual(heap.serial(offset), serial);
  assert.equal(heap.freeIf(offset, serial), false);
  assert.equal(heap.accounting().blocks, 1);
});

test("Two heaps on one memory are one heap", { timeout }, () => {
  const memory = createLinearMemory(2000);
  const [one, two] = [new Heap(memory), new Heap(memory)];
  assert.notEqual(one.owner, two.owner);
  const offset = one.allocate(6 << 20, 16);
  two.free(offset);
  assert.throws(() => one.free(offset), { code: "ERR_DOUBLE_FREE" });
  assert.deepEqual(one.accounting(), two.accounting());
});

test("After the death of the lock's owner the heap is rebuilt from the sizes of its blocks", { timeout }, () => {
  const memory = createLinearMemory(2000);
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
      fc.array(step, { maxLength: 20, size: "max" }),
      (before, after) => {
        const heap = new Heap(memory);
        const dead = new Heap(memory);
        const model = new Model();
        for (const step of before) run(heap, model, step);
        const expected = heap.accounting();

        const words = new Uint32Array(currentBuffer(memory));
        const control = words.subarray(CONTROL_OFFSET / 4);
        control[LOCK] = dead.owner;
        control.fill(0xdead, CAPACITY, USED + 1);
        control.fill(0xdead, SECOND_LEVEL_MAPS, FREE_LISTS + 400);
        for (const { offset } of model.live) {
          words[(offset - HEADER) / 4 + SIZE_BEFORE] = 0xdead;
          words[(offset - HEADER) / 4 + MARK] = 0xdead;
        }

        assert.equal(heap.recover(heap.owner), false);
        assert.equal(heap.recover(dead.owner), true);
        assert.equal(heap.recover(dead.owner), false);
        assert.deepEqual(heap.accounting(), expected);
        for (const step of after) {
          run(heap, model, step);
          check(heap, model);
        }
        while (model.live.length > 0) heap.free(model.take(0));
        assert.equal(heap.accounting().freeBlocks, heap.accounting().arenas);
      },
    ),
    { numRuns: 50 },
  );
});
