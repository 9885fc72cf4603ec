import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, registerKernel, SharedArray } from "../../mod.ts";
import { linearMemory } from "../../src/memory/linear_memory.ts";
import { invertSigned, negate } from "./fixtures/negate.ts";

const timeout = 60_000;

// Each has a function f that takes two i32; the first has nothing else but immutable globals of all kinds.
const modules = {
  constants:
    "AGFzbQEAAAABBgFgAn9/AAISAQNlbnYGbWVtb3J5AgMB//8DAwIBAAYYA38AQYAIC3wARAAAAAAAAABAC38AQQQLBxEEAWcDAAFoAwEBawMCAWYAAAoEAQIACw==",
  data: "AGFzbQEAAAABBgFgAn9/AAISAQNlbnYGbWVtb3J5AgMB//8DAwIBAAcFAQFmAAAMAQEKBAECAAsLBwEAQQgLAXg=",
  stack: "AGFzbQEAAAABBgFgAn9/AAISAQNlbnYGbWVtb3J5AgMB//8DAwIBAAYIAX8BQYCIBAsHBQEBZgAACggBBgAgACQACw==",
  log: "AGFzbQEAAAABCQJgAABgAn9/AAIcAgNlbnYGbWVtb3J5AgMB//8DA2VudgNsb2cAAAMCAQEHBQEBZgABCgYBBAAQAAs=",
  ownMemory: "AGFzbQEAAAABBgFgAn9/AAMCAQAFAwEAAQcFAQFmAAAKBAECAAs=",
  start: "AGFzbQEAAAABCQJgAABgAn9/AAISAQNlbnYGbWVtb3J5AgMB//8DAwMCAAEHBQEBZgABCAEACgcCAgALAgAL",
};

const bytesOf = (name: keyof typeof modules) => Uint8Array.from(atob(modules[name]), (c) => c.charCodeAt(0));

test("A kernel works on a typed array from anywhere in place and returns it", { timeout }, () => {
  const numbers = Float64Array.of(1, -2.5, 0);
  assert.equal(negate(numbers), numbers);
  assert.deepEqual([...numbers], [-1, 2.5, -0]);
  const many = new Uint8Array(200_001).map((_, at) => at);
  const expected = many.map((byte) => byte ^ 0xff);
  assert.deepEqual(negate(many), expected);
  const part = new Uint8Array(100).subarray(10, 20);
  negate(part);
  assert.equal(new Uint8Array(part.buffer).reduce((sum, byte) => sum + byte), 10 * 255);
});

test("A kernel works on a view of the linear memory where it lies", { timeout }, () => {
  const array = new SharedArray("d", [1, 2, 3]);
  assert.equal(array.view.buffer, linearMemory().buffer);
  assert.deepEqual([...negate(array.view)], [-1, -2, -3]);
  assert.deepEqual(array.toArray(), [-1, -2, -3]);
});

test("mapInPlace runs kernels of one's own in the workers, each of its module", { timeout }, async () => {
  const pool = new Pool(2);
  try {
    const numbers = new SharedArray("d", Array.from({ length: 10_001 }, (_, at) => at));
    await pool.mapInPlace(negate, numbers, { chunksize: 100 });
    assert.deepEqual(numbers.toArray(), Array.from({ length: 10_001 }, (_, at) => -at));
    const characters = new SharedArray("c", ["a", "\u00ff"]);
    await pool.mapInPlace(negate, characters);
    assert.deepEqual(characters.toArray(), ["\u009e", "\0"]);
    const signed = new SharedArray("b", [0, 1, -1]);
    await pool.mapInPlace(invertSigned, signed);
    assert.deepEqual(signed.toArray(), [-1, -2, 0]);
    await assert.rejects(pool.mapInPlace(invertSigned, numbers), {
      name: "TypeError",
      message: /typecode "d": expected one of Int8Array/,
    });
  } finally {
    await pool.terminate();
  }
});

test("A kernel is a task as well", { timeout }, async () => {
  const pool = new Pool(1);
  try {
    const found = await pool.map(negate<Float64Array>, [Float64Array.of(5), Float64Array.of(-7, 1)]);
    assert.deepEqual(found.map((numbers) => [...numbers]), [[-5], [7, -1]]);
  } finally {
    await pool.terminate();
  }
});

test("The WASM may be bytes or a data: URL", { timeout }, () => {
  for (const source of [bytesOf("constants"), new URL(`data:application/wasm;base64,${modules.constants}`)]) {
    const nothing = registerKernel(import.meta, source, { i: "f" });
    assert.deepEqual([...nothing(Int32Array.of(1, 2))], [1, 2]);
  }
});

test("WASM that would harm the memory of all threads is refused", { timeout }, () => {
  const refused = (name: keyof typeof modules, message: RegExp) =>
    assert.throws(() => registerKernel(import.meta, bytesOf(name), { d: "f" }), { name: "UnsupportedError", message });
  refused("data", /it has data of its own/);
  refused("stack", /it has a global that changes/);
  refused("log", /it imports env\.log, expected a memory and nothing else/);
  refused("ownMemory", /it imports 0 memories, expected one/);
  refused("start", /it has a start function/);
});

test("What is no kernel is refused by name", { timeout }, () => {
  const bytes = bytesOf("constants");
  assert.throws(() => registerKernel(import.meta, bytes, { d: "g" }), {
    name: "TypeError",
    message: 'Cannot register a kernel: the WASM exports no function "g"',
  });
  assert.throws(() => registerKernel(import.meta, bytes, { x: "f" } as object), { message: /found "x"/ });
  assert.throws(() => registerKernel(import.meta, bytes, {}), { message: /at least one exported function/ });
  assert.throws(() => registerKernel("here", bytes, { d: "f" }), { name: "TypeError", message: /found here/ });
  assert.throws(() => registerKernel(import.meta, Uint8Array.of(1, 2), { d: "f" }), WebAssembly.CompileError);
  assert.throws(() => registerKernel(import.meta, new URL("https://example.org/x.wasm"), { d: "f" }), {
    name: "UnsupportedError",
    message: /expected a URL of the scheme file: or data:/,
  });
  assert.throws(() => negate(Int16Array.of(1)), {
    name: "TypeError",
    message: "Cannot run the kernel on Int16Array: expected one of Float64Array, Uint8Array",
  });
});
