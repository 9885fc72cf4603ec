import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { wireTypeOf } from "../../src/core/wire.ts";
import { accounting } from "../../src/memory/allocator.ts";
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
