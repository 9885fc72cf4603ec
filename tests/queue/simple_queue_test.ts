import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClosedError, Process, SimpleQueue } from "../../mod.ts";
import * as targets from "./fixtures/queue_targets.ts";

const timeout = 60_000;

describe("TestSimpleQueue", () => {
  test("test_empty: it is empty until a child puts, and again when all is got", { timeout }, async () => {
    const queue = new SimpleQueue<boolean>();
    assert.equal(queue.empty(), true);
    const child = new Process({ target: targets.putBoth, args: [queue] });
    child.start();
    await child.join();
    assert.equal(queue.empty(), false);
    assert.equal(await queue.get(), true);
    assert.equal(queue.getSync(), false);
    assert.equal(queue.empty(), true);
  });

  test("test_empty_exceptions: after close nothing can be asked, put or got", { timeout }, async () => {
    const queue = new SimpleQueue<number>();
    queue.close();
    queue.close();
    assert.throws(() => queue.empty(), ClosedError);
    await assert.rejects(queue.put(1), ClosedError);
    await assert.rejects(queue.get(), ClosedError);
  });
});
