import assert from "node:assert/strict";
import { test } from "node:test";
import { Spinner } from "../../src/sync/spinner.ts";

const timeout = 10_000;

function never(): boolean {
  return false;
}

/** Whether the spinner looks more than once. */
function spins(spinner: Spinner): boolean {
  let looks = 0;
  spinner.find(() => {
    looks++;
    return false;
  });
  return looks > 1;
}

test("Work that is there is found at the first look", { timeout }, () => {
  let looks = 0;
  assert.equal(new Spinner().find(() => ++looks === 1), true);
  assert.equal(looks, 1);
});

test("Who waits in vain again and again soon stops to spin", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) assert.equal(spinner.find(never), false);
  assert.equal(spins(spinner), false);
});

test("A short sleep makes spinning worth it again, a long one does not", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  spinner.noteSleep(50);
  assert.equal(spins(spinner), false);
  spinner.noteSleep(0.02);
  assert.equal(spins(spinner), true);
});

test("Short sleeps in spite of spinning are followed by fewer and fewer tries, at last one in 64", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  const tries: number[] = [];
  for (let sleep = 0; sleep < 256; sleep++) {
    spinner.noteSleep(0.02);
    if (spins(spinner)) tries.push(sleep);
  }
  assert.deepEqual(tries, [0, 1, 2, 4, 8, 16, 32, 64, 128, 192]);
});

test("A try with success is followed by spins until these are in vain again", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  spinner.noteSleep(0.02);
  let looks = 0;
  assert.equal(spinner.find(() => ++looks === 3), true);
  for (let vain = 0; vain < 3; vain++) assert.equal(spins(spinner), true);
  for (let vain = 0; vain < 8; vain++) spinner.find(never);
  assert.equal(spins(spinner), false);
});

test("What is there at the first look says nothing about spinning", { timeout }, () => {
  const spinner = new Spinner();
  for (let vain = 0; vain < 8; vain++) {
    spinner.find(never);
    assert.equal(spinner.find(() => true), true);
  }
  assert.equal(spins(spinner), false);
});
