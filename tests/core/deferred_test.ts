import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred } from "../../src/core/deferred.ts";

const timeout = 10_000;

test("A deferred settles as its ends are told, the first time", { timeout }, async () => {
  const fulfilled = deferred<number>();
  fulfilled.resolve(1);
  fulfilled.resolve(2);
  fulfilled.reject(new Error("ignored"));
  assert.equal(await fulfilled.promise, 1);
  const rejected = deferred<number>();
  rejected.reject(new RangeError("no"));
  rejected.resolve(1);
  await assert.rejects(rejected.promise, { name: "RangeError", message: "no" });
});

test("A deferred follows the promise that it is resolved with", { timeout }, async () => {
  const { promise, resolve } = deferred<string>();
  resolve(Promise.resolve("inner"));
  assert.equal(await promise, "inner");
});
