import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { allocate, allocateZeroed, free, heapOwner, recoverHeap } from "../../src/memory/allocator.ts";
import { Heap } from "../../src/memory/heap.ts";
import { createLinearMemory, heapBytes } from "../../src/memory/linear_memory.ts";

const timeout = 60_000;

test("Bad sizes and alignments are refused by name", { timeout }, () => {
  for (const bytes of [-1, 1.5, Number.NaN, Infinity, 2 ** 60]) {
    assert.throws(() => allocate(bytes), {
      name: "RangeError",
      message: `Bytes to allocate must be a whole number from 0 on, got ${bytes}`,
    });
  }
  for (const alignment of [0, -16, 3, 24, 1.5, 131072, Number.NaN]) {
    assert.throws(() => allocate(16, alignment), {
      name: "RangeError",
      message: `Alignment must be a power of two from 1 to 65536, got ${alignment}`,
    });
  }
});

test("Every alignment up to 65536 is kept, and 16 at least", { timeout }, () => {
  for (let alignment = 1; alignment <= 65536; alignment *= 2) {
    const offset = allocate(10, alignment);
    assert.equal(offset % Math.max(alignment, 16), 0);
    free(offset);
  }
});

test("Zeroed memory is zero even where other data was", { timeout }, () => {
  const dirty = allocate(5000);
  heapBytes().fill(0xff, dirty, dirty + 5000);
  free(dirty);
  const clean = allocateZeroed(5000);
  assert.equal(clean, dirty);
  assert.ok(heapBytes().subarray(clean, clean + 5000).every((byte) => byte === 0));
  free(clean);
});

test("A heap whose lock is not held by the given thread needs no repair", { timeout }, () => {
  assert.equal(recoverHeap(heapOwner()), false);
});

test(
  "Two workers allocate from one heap without harm to each other, and main frees the rest",
  { timeout },
  async () => {
    const memory = createLinearMemory(4000);
    const heap = new Heap(memory);
    const reports = await Promise.all([1, 2].map((seed) => {
      const worker = new Worker(new URL("./hammer_worker.ts", import.meta.url), {
        workerData: { memory, seed, rounds: 6000 },
      });
      return new Promise<{ damaged: number; offsets: number[] }>((resolve, reject) => {
        worker.once("error", reject);
        worker.once("message", (report) => {
          void worker.terminate();
          resolve(report);
        });
      });
    }));
    assert.deepEqual(reports.map(({ damaged }) => damaged), [0, 0]);
    const offsets = reports.flatMap((report) => report.offsets);
    assert.equal(heap.accounting().blocks, offsets.length);
    for (const offset of offsets) heap.free(offset);
    const { used, freeBlocks, arenas } = heap.accounting();
    assert.deepEqual({ used, freeBlocks }, { used: 0, freeBlocks: arenas });
  },
);
