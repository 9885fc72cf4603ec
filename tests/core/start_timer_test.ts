import assert from "node:assert/strict";
import { test } from "node:test";
import { startTimer } from "../../src/core/deadline.ts";

const timeout = 10_000;
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;

interface Started {
  readonly end: () => void;
  readonly milliseconds: number;
}

/** Runs `body` with timers that end when it says so. */
function withTimers(body: (started: Started[], stopped: unknown[]) => void): void {
  const started: Started[] = [];
  const stopped: unknown[] = [];
  globalThis.setTimeout = ((end: () => void, milliseconds: number) => started.push({ end, milliseconds })) as never;
  globalThis.clearTimeout = ((timer: unknown) => stopped.push(timer)) as never;
  try {
    body(started, stopped);
  } finally {
    globalThis.setTimeout = realSetTimeout;
    globalThis.clearTimeout = realClearTimeout;
  }
}

test("A timer longer than those of the runtimes goes by several of them, whose sum it is", { timeout }, () => {
  for (const milliseconds of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 33 + 5, 1e12]) {
    withTimers((started) => {
      let ends = 0;
      startTimer(milliseconds, () => ends++);
      let sum = 0;
      for (let i = 0; i < started.length; i++) {
        assert.equal(ends, 0);
        assert.ok(started[i]!.milliseconds <= 2 ** 31 - 1);
        sum += started[i]!.milliseconds;
        started[i]!.end();
      }
      assert.deepEqual([sum, ends], [milliseconds, 1]);
    });
  }
});

test("A timer without an end starts none, and a long one is taken away in its later parts too", { timeout }, () => {
  withTimers((started, stopped) => {
    startTimer(Infinity, () => assert.fail("it ended"));
    assert.equal(started.length, 0);
    const stop = startTimer(2 ** 32, () => assert.fail("it ended"));
    started[0]!.end();
    stop();
    assert.deepEqual(stopped, [2]);
  });
});
