import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameCost } from "../../src/channel/frame_cost.ts";
import { ControlWord } from "../../src/channel/link_layout.ts";

const timeout = 10_000;

/** The cost that is told after frames of so many milliseconds each, in microseconds. */
function costOf(frames: readonly number[]): number {
  const control = new Int32Array(new SharedArrayBuffer(128));
  const cost = new FrameCost(control);
  for (const milliseconds of frames) cost.note(milliseconds);
  return control[ControlWord.FrameCost]! / 1000;
}

const small = Array.from({ length: 100 }, () => 0.001);

test("The cost of frames is their average of late", { timeout }, () => {
  assert.equal(Math.round(costOf(small)), 1);
  assert.equal(Math.round(costOf([...small, ...small.map(() => 0.005)])), 5);
});

test("One frame among many that takes much longer does not count, two do", { timeout }, () => {
  assert.equal(Math.round(costOf([...small, 4])), 1);
  assert.equal(Math.round(costOf([...small, 4, ...small, 4])), 1);
  assert.ok(costOf([...small, 4, 4]) > 100);
  assert.ok(costOf([4]) > 100);
});
