import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Grace } from "../../src/core/grace.ts";

const timeout = 20_000;
const never = new Promise<never>(() => {});

function ended(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

describe("The grace of those who were told to end", () => {
  test("is over when none of them has ended in it", { timeout }, async () => {
    const grace = new Grace(20);
    assert.equal(await grace.covers(never), false);
    assert.ok(grace.left <= 0);
    assert.equal(await grace.covers(ended()), false);
  });

  test("begins anew whenever one of them has ended", { timeout }, async () => {
    const grace = new Grace(500, 60_000);
    const begun = performance.now();
    const last = grace.covers(never);
    while (performance.now() - begun < 1000) assert.equal(await grace.covers(ended()), true);
    assert.ok(grace.left > 0);
    assert.equal(await last, false);
  });

  test("takes no more than it may in all", { timeout }, async () => {
    const grace = new Grace(60_000, 100);
    assert.equal(await grace.covers(ended()), true);
    assert.equal(await grace.covers(never), false);
  });

  test("is none where it has no time", { timeout }, async () => {
    const grace = new Grace(0);
    assert.ok(grace.left <= 0);
    assert.equal(await grace.covers(Promise.resolve()), false);
  });
});
