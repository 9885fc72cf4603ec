import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Process, Queue } from "../../mod.ts";
import { withPool } from "../pool/fixtures/with_pool.ts";
import { putTwoAndPassOn, useQueue } from "./fixtures/queue_tasks.ts";

const timeout = 60_000;

describe("_TestQueue", () => {
  test("test_qsize: it is the number of items, exactly", { timeout }, async () => {
    const queue = new Queue<number>();
    const sizes = [queue.qsize()];
    await queue.put(1);
    sizes.push(queue.qsize());
    await queue.put(5);
    sizes.push(queue.qsize());
    await queue.get();
    sizes.push(queue.qsize());
    await queue.get();
    sizes.push(queue.qsize());
    assert.deepEqual(sizes, [0, 1, 2, 1, 0]);
  });

  test("test_no_import_lock_contention: a queue works while its module is loaded", { timeout }, async () => {
    assert.equal((await import("./fixtures/queue_at_import.ts")).item, "put while the module was loaded");
  });
});

describe("OtherPoolTests", () => {
  test(
    "test_queue_in_process: a task may have a queue and a process of its own",
    { timeout },
    () =>
      withPool(1, async (pool) => {
        assert.equal(await pool.apply(useQueue), 1);
      }),
  );
});

describe("TestStartMethod", () => {
  test("test_nested_startmethod: a child passes its queue on to a child of its own", { timeout }, async () => {
    const queue = new Queue<number>();
    const child = new Process({ target: putTwoAndPassOn, args: [queue] });
    child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
    assert.deepEqual([await queue.get(), await queue.get()].sort(), [1, 2]);
  });
});
