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

test("Short sleeps in spite of spinning are followed by fewer and fewer tries, at last one in 64", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  const tries: number[] = [];
  for (let sleep = 0; sleep < 256; sleep++) {
    spinner.noteSleep(0.02);
    if (looks(spinner)) tries.push(sleep);
  }
  assert.deepEqual(tries, [0, 1, 2, 4, 8, 16, 32, 64, 128, 192]);
});

test("A try with success is followed by spins until these are in vain again", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  spinner.noteSleep(0.02);
  let count = 0;
  assert.equal(spinner.find(() => ++count === 3), true);
  for (let vain = 0; vain < 3; vain++) assert.equal(looks(spinner), true);
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  assert.equal(looks(spinner), false);
});

test("What is there at the first look says nothing about spinning", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) {
    spinner.find(never);
    spinner.find(() => true);
  }
  assert.equal(looks(spinner), false);
});
