import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Event, InterruptedError, Process, SharedArray } from "../../mod.ts";
import * as targets from "./fixtures/interrupt_targets.ts";

const timeout = 60_000;

/** Starts a process, interrupts it once `begun` is set, and joins it. */
async function interrupted<A extends unknown[]>(child: Process<A>, begun: Event): Promise<Process<A>> {
  child.start();
  await begun.wait();
  child.interrupt();
  await child.join();
  return child;
}

describe("_TestProcess", () => {
  const begun = new Event();
  const never = new Event();

  test("test_interrupt: a child that waits for nothing of ours is ended, with code 1", { timeout }, async () => {
    begun.clear();
    const child = await interrupted(new Process({ target: targets.sleepForEver, args: [begun] }), begun);
    assert.deepEqual([child.exitCode, child.exitReason], [1, "interrupted"]);
    child.interrupt();
    assert.equal(child.exitCode, 1);
  });

  for (const target of [targets.waitInVain, targets.waitInVainSync]) {
    test(`${target.name}: a wait ends with an InterruptedError`, { timeout }, async () => {
      begun.clear();
      const child = await interrupted(new Process({ target, args: [begun, never] }), begun);
      assert.deepEqual([child.exitCode, child.exitReason], [1, "interrupted"]);
      // On a busy machine the 100 ms may be over before the wait has heard of it.
      if (child.error !== undefined) assert.ok(child.error instanceof InterruptedError);
    });
  }

  test("A child that heeds its signal ends as it likes", { timeout }, async () => {
    begun.clear();
    const child = await interrupted(new Process({ target: targets.heedSignal, args: [begun] }), begun);
    if (child.exitReason !== "interrupted") assert.deepEqual([child.exitCode, child.exitReason], [0, "exit"]);
    assert.equal(child.error, undefined);
  });

  test("After an interrupted wait others may follow, to clean up", { timeout }, async () => {
    begun.clear();
    const [done, seen] = [new Event(), new SharedArray("i", 1)];
    const child = await interrupted(
      new Process({ target: targets.cleanUp, args: [begun, never, done, seen] }),
      begun,
    );
    assert.deepEqual([child.exitCode, child.exitReason], [1, "interrupted"]);
    if (child.error !== undefined) assert.equal(seen.get(0), 1);
    seen.dispose();
  });

  test("An error of its own stays the reason of the end", { timeout }, async () => {
    begun.clear();
    const child = await interrupted(new Process({ target: targets.failOtherwise, args: [begun, never] }), begun);
    assert.equal(child.exitCode, 1);
    if (child.error !== undefined) assert.ok(child.error instanceof RangeError && child.exitReason === "error");
  });

  test("What was not started cannot be interrupted", { timeout }, () => {
    const child = new Process({ target: () => {} });
    assert.throws(() => child.interrupt(), { code: "ERR_PROCESS_NOT_STARTED" });
  });
});
