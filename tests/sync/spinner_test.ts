import assert from "node:assert/strict";
import { test } from "node:test";
import { Spinner } from "../../src/sync/spinner.ts";

const timeout = 10_000;

function never(): boolean {
  return false;
}

/** Whether the spinner looks at all. */
function looks(spinner: Spinner): boolean {
  let looked = false;
  spinner.find(() => {
    looked = true;
    return false;
  });
  return looked;
}

test("Work that is there is found at the first look", { timeout }, () => {
  let looks = 0;
  assert.equal(new Spinner().find(() => ++looks === 1), true);
  assert.equal(looks, 1);
});

test("Who waits in vain again and again soon stops to spin", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) assert.equal(spinner.find(never), false);
  assert.equal(looks(spinner), false);
});

test("A short sleep makes spinning worth it again, a long one does not", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  spinner.noteSleep(50);
  assert.equal(looks(spinner), false);
  spinner.noteSleep(0.02);
  assert.equal(looks(spinner), true);
});
