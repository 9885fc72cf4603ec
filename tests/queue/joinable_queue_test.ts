import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { JoinableQueue, ManyhandsError, Process, Queue, ShutDownError } from "../../mod.ts";
import * as targets from "./fixtures/queue_targets.ts";

const timeout = 60_000;

function isTooManyDone(error: unknown): boolean {
  return error instanceof ManyhandsError && error.code === "ERR_TOO_MANY_DONE";
}

/** Whether the promise has settled by the time that an event of the loop's has come round. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setTimeout(resolve, 20, "pending"));
  return await Promise.race([promise.then(() => "settled"), turn]) === "pending";
}

describe("_TestQueue", () => {
  test("test_task_done: join resolves once each of ten items is done by one of four consumers", {
    timeout,
  }, async () => {
    const queue = new JoinableQueue<number | null>();
    const done = new Queue<number>();
    const children = [1, 2, 3, 4].map(() => new Process({ target: targets.consume, args: [queue, done] }));
    for (const child of children) child.start();
    for (let i = 0; i < 10; i++) await queue.put(i);
    await queue.join();
    assert.equal(done.qsize(), 10);
    for (let i = 0; i < children.length; i++) await queue.put(null);
    for (const child of children) {
      await child.join();
      assert.equal(child.exitCode, 0);
    }
    const items = Array.from({ length: 10 }, () => done.getNowait());
    assert.deepEqual(items.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("test_shutdown_empty: a join resolves", { timeout }, async () => {
    const queue = new JoinableQueue<number>();
    queue.shutdown();
    await queue.join();
    assert.equal(queue.qsize(), 0);
  });

  test("test_shutdown_nonempty: a join waits until what is there is done", { timeout }, async () => {
    const queue = new JoinableQueue<string>(1);
    await queue.put("data");
    queue.shutdown();
    const joining = queue.join();
    assert.equal(await isPending(joining), true);
    assert.equal(await queue.get(), "data");
    await assert.rejects(queue.get(), ShutDownError);
    queue.taskDone();
    await joining;
  });

  test("test_shutdown_immediate_with_unfinished: what was taken is still to be done", { timeout }, async () => {
    const queue = new JoinableQueue<number>();
    await queue.put(1);
    await queue.put(2);
    assert.equal(await queue.get(), 1);
    queue.shutdown(true);
    const joining = queue.join();
    assert.equal(await isPending(joining), true);
    queue.taskDone();
    await joining;
    assert.throws(() => queue.taskDone(), isTooManyDone);
  });

  test("a taskDone more than there were items is an error", { timeout }, async () => {
    const queue = new JoinableQueue<number>();
    assert.throws(() => queue.taskDone(), isTooManyDone);
    await queue.put(1);
    await queue.get();
    queue.taskDone();
    await queue.join();
    assert.throws(() => queue.taskDone(), isTooManyDone);
  });
});
