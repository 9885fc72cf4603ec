import assert from "node:assert/strict";
import { test } from "node:test";
import { median, summarise } from "../../../bench/frame/statistics.ts";

test(
  "the median is the middle value, of an even number the mean of the middle two",
  { timeout: 60_000 },
  () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([10, 1, 2, 4]), 3);
    assert.equal(median([]), NaN);
  },
);

test("the spread is half of the range, as a part of the median", {
  timeout: 60_000,
}, () => {
  assert.deepEqual(summarise([9, 10, 12]), {
    median: 10,
    low: 9,
    high: 12,
    spread: 0.15,
  });
  assert.equal(summarise([0]).spread, 0);
});
