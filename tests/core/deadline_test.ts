import assert from "node:assert/strict";
import { test } from "node:test";
import { settlesWithin } from "../../src/core/deadline.ts";

const timeout = 10_000;

test("A promise that settles in time does so, fulfilled or rejected", { timeout }, async () => {
  for (const limit of [5000, Infinity]) {
    assert.equal(await settlesWithin(Promise.resolve(1), limit), true);
    assert.equal(await settlesWithin(Promise.reject(new Error("late")), limit), true);
  }
});

test("A promise that stays pending does not settle within any time", { timeout }, async () => {
  assert.equal(await settlesWithin(new Promise(() => {}), 1), false);
  assert.equal(await settlesWithin(new Promise(() => {}), 0), false);
});

test("A rejection after the time is over is nobody's unhandled one", { timeout }, async () => {
  let reject!: (reason: Error) => void;
  const late = new Promise((_, refuse) => reject = refuse);
  assert.equal(await settlesWithin(late, 1), false);
  reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve));
});
