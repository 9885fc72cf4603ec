import assert from "node:assert/strict";
import { test } from "node:test";
import { ManyhandsError } from "../../src/core/errors.ts";
import {
  adoptLinearMemory,
  CONTROL_OFFSET,
  createLinearMemory,
  currentBuffer,
  heapBytes,
  isLinearView,
  linearMemory,
  PAGE_BYTES,
  typedView,
} from "../../src/memory/linear_memory.ts";

const timeout = 30_000;

function foreignMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

test("A memory without this module's control page is refused", { timeout }, () => {
  const code = { name: "ManyhandsError", code: "ERR_MEMORY_LAYOUT" };
  assert.throws(() => adoptLinearMemory(foreignMemory(1)), code);
  assert.throws(() => adoptLinearMemory(foreignMemory(70)), code);
});

test("There is one memory, shared, and it cannot be exchanged once it is in use", { timeout }, () => {
  const memory = linearMemory();
  assert.ok(memory.buffer instanceof SharedArrayBuffer);
  assert.equal(linearMemory(), memory);
  adoptLinearMemory(memory);
  assert.throws(
    () => adoptLinearMemory(createLinearMemory(65)),
    (error) => error instanceof ManyhandsError && error.code === "ERR_MEMORY_IN_USE",
  );
  assert.equal(linearMemory(), memory);
});

test("The byte view follows the growth of the memory and keeps what was written", { timeout }, () => {
  const before = heapBytes();
  assert.equal(heapBytes(), before);
  const offset = CONTROL_OFFSET + PAGE_BYTES - 1;
  before[offset] = 42;
  linearMemory().grow(2);
  const after = heapBytes();
  assert.equal(after.byteLength, before.byteLength + 2 * PAGE_BYTES);
  assert.equal(after[offset], 42);
  after[offset] = 7;
  assert.equal(before[offset], 7);
});

test("A typed view shows the same bytes and must lie inside the memory, aligned", { timeout }, () => {
  const offset = CONTROL_OFFSET + PAGE_BYTES - 64;
  const view = typedView(Uint32Array, offset, 4);
  view[3] = 0x01020304;
  assert.deepEqual([...heapBytes().subarray(offset + 12, offset + 16)], [4, 3, 2, 1]);
  assert.throws(() => typedView(Float64Array, offset + 4, 1), RangeError);
  assert.throws(() => typedView(Uint8Array, heapBytes().byteLength - 1, 2), RangeError);
});

test("A view of the memory is known as one before and after the memory grows", { timeout }, () => {
  const before = typedView(Float64Array, CONTROL_OFFSET, 4);
  linearMemory().grow(1);
  assert.ok(isLinearView(before));
  assert.ok(isLinearView(before.subarray(1, 2)));
  assert.ok(isLinearView(typedView(Uint8Array, CONTROL_OFFSET, 4)));
  assert.ok(isLinearView(before));
  assert.ok(!isLinearView(new Float64Array(4)));
  assert.ok(!isLinearView(new Uint8Array(new SharedArrayBuffer(4))));
});

test("A buffer that is too short is reported with what was expected", { timeout }, () => {
  assert.throws(() => currentBuffer(createLinearMemory(65), 66 * PAGE_BYTES), {
    name: "RangeError",
    message: `Linear memory ends at byte ${65 * PAGE_BYTES}, expected at least ${66 * PAGE_BYTES}`,
  });
});
