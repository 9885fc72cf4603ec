import assert from "node:assert/strict";
import { test } from "node:test";
import { isThenable } from "../../src/core/thenable.ts";

test("Promises and objects with a method then are waited for, other values are not", { timeout: 10_000 }, () => {
  for (const value of [Promise.resolve(), { then() {} }, Object.create({ then() {} })]) assert.ok(isThenable(value));
  for (const value of [undefined, null, 0, "then", {}, { then: 1 }, Symbol("then")]) assert.ok(!isThenable(value));
});
