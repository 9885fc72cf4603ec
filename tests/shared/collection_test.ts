import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting } from "../../src/memory/allocator.ts";
import { SharedMemory, SharedValue } from "../../mod.ts";
import { SharedArray } from "../../src/shared/shared_array.ts";

const timeout = 30_000;

function garbageCollector(): () => void {
  const bun = (globalThis as { Bun?: { gc(force: boolean): void } }).Bun;
  if (bun !== undefined) return () => bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

const COUNT = 200;

function dropArrays(): void {
  for (let made = 0; made < COUNT; made++) new SharedArray("d", 1000);
}

function sendAndDropArrays(): void {
  for (let made = 0; made < COUNT; made++) {
    const array = new SharedArray("d", 1000);
    wireTypeOf(array)!.encode(array);
  }
}

function viewsOfDroppedArrays(): Float64Array[] {
  return Array.from({ length: COUNT }, (_, index) => partOf(new SharedArray("d", [index]), index));
}

function partOf(array: SharedArray<"d">, index: number): Float64Array {
  return index % 2 === 0 ? array.view : array.subarray(0, 1);
}

test(
  "Dropped arrays are freed; sent ones and those of which a view or a part of it is kept are not",
  { timeout },
  async () => {
    const collect = garbageCollector();
    // What earlier tests dropped must not be freed while this one counts.
    for (let round = 0; round < 5; round++) {
      collect();
      await nextTurn();
    }
    const before = accounting().blocks;
    sendAndDropArrays();
    const views = viewsOfDroppedArrays();
    dropArrays();
    assert.equal(accounting().blocks, before + 3 * COUNT);
    // A conservative collector may keep a few that a stack slot still seems to name.
    while (accounting().blocks > before + 2 * COUNT + 10) {
      collect();
      await nextTurn();
    }
    assert.ok(accounting().blocks >= before + 2 * COUNT);
    views.forEach((view, index) => assert.equal(view[0], index));
  },
);

function dropMemories(): void {
  for (let made = 0; made < COUNT; made++) new SharedMemory({ create: true, size: 1 });
}

function namesOfDroppedMemories(): string[] {
  return Array.from({ length: COUNT }, () => new SharedMemory({ create: true, size: 1 }).name);
}

function bytesOfDroppedMemories(): Uint8Array[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const { buf } = new SharedMemory({ create: true, size: 1 });
    buf[0] = index;
    return buf;
  });
}

test("Dropped segments are freed unless their name was told or their bytes are kept", { timeout }, async () => {
  const collect = garbageCollector();
  new SharedMemory({ create: true, size: 1 })[Symbol.dispose]();
  const { used } = accounting();
  const names = namesOfDroppedMemories();
  const bytes = bytesOfDroppedMemories();
  dropMemories();
  assert.ok(accounting().used >= used + 3 * COUNT * 4096);
  while (accounting().used > used + (2 * COUNT + 10) * 4200) {
    collect();
    await nextTurn();
  }
  assert.ok(accounting().used >= used + 2 * COUNT * 4096);
  bytes.forEach((each, index) => assert.equal(each[0], index));
  for (const name of names) new SharedMemory({ name }).unlink();
});

function dropLockedValues(): void {
  for (let made = 0; made < COUNT; made++) new SharedValue("i").getLock();
}

test("A dropped value is freed with its lock", { timeout }, async () => {
  const collect = garbageCollector();
  const before = accounting().blocks;
  dropLockedValues();
  assert.ok(accounting().blocks >= before + COUNT);
  while (accounting().blocks > before + 20) {
    collect();
    await nextTurn();
  }
});
