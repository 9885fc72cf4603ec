import assert from "node:assert/strict";
import { test } from "node:test";
import { Process, SharedArray } from "../../mod.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { MutexWord, stayInside } from "./fixtures/mutex_targets.ts";

const timeout = 60_000;

test("A mutex guards a step, and is free after one that throws", { timeout }, () => {
  const mutex = new Mutex(new SharedArray("i", 1).view, 0);
  assert.equal(mutex.exclusively(() => 3), 3);
  assert.throws(() => mutex.exclusively(() => JSON.parse("{")), SyntaxError);
  assert.equal(mutex.exclusively(() => 4), 4);
});

test("Who ends a thread inside of a mutex and then blocks for that mutex gets it", { timeout }, async () => {
  using words = new SharedArray("i", 2);
  const { view } = words;
  const child = new Process({ target: stayInside, args: [words] });
  child.start();
  const inside = Atomics.waitAsync(view, MutexWord.Inside, 0);
  if (inside.async) await inside.value;
  child.kill();
  // No event of the child's end comes before this returns.
  const steps: string[] = [];
  new Mutex(view, MutexWord.State).exclusively(() => steps.push("step"), () => steps.push("mend"));
  assert.deepEqual(steps, ["mend", "step"]);
  await child.join();
});
