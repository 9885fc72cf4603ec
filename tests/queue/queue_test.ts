import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  ClosedError,
  Event,
  Pool,
  Process,
  Queue,
  QueueEmptyError,
  QueueFullError,
  ShutDownError,
  TaskEncodingError,
} from "../../mod.ts";
import * as targets from "./fixtures/queue_targets.ts";

const timeout = 60_000;

async function lasts(milliseconds: number, wait: () => Promise<void> | void): Promise<void> {
  const start = performance.now();
  await wait();
  assert.ok(performance.now() - start >= milliseconds - 5);
}

describe("_TestQueue", () => {
  test("test_put: six items fill it; a seventh is refused at once or after its time", { timeout }, async () => {
    const queue = new Queue<number>(6);
    const [go, done] = [new Event(), new Event()];
    const child = new Process({ target: targets.getSix, args: [queue, go, done] });
    child.start();
    assert.deepEqual([queue.empty(), queue.full()], [true, false]);
    await queue.put(1);
    await queue.put(2, { timeout: 1000 });
    queue.putSync(3);
    queue.putSync(4, 0);
    await queue.put(5, { timeout: 0 });
    queue.putNowait(6);
    assert.deepEqual([queue.empty(), queue.full(), queue.qsize()], [false, true, 6]);
    await assert.rejects(queue.put(7, { timeout: 0 }), QueueFullError);
    assert.throws(() => queue.putNowait(7), QueueFullError);
    await lasts(100, () => assert.rejects(queue.put(7, { timeout: 100 }), QueueFullError));
    await lasts(100, () => assert.throws(() => queue.putSync(7, 100), QueueFullError));
    const waiting = queue.put(7);
    go.set();
    await done.wait();
    await waiting;
    assert.equal(await queue.get(), 7);
    assert.deepEqual([queue.empty(), queue.full()], [true, false]);
    await child.join();
  });

  test("test_get: what a child puts comes in order; then it is empty at once or after its time", {
    timeout,
  }, async () => {
    const queue = new Queue<number>();
    const child = new Process({ target: targets.putEach, args: [queue, [2, 3, 4, 5]] });
    child.start();
    assert.equal(await queue.get(), 2);
    assert.equal(await queue.get({ timeout: 60_000 }), 3);
    assert.equal(queue.getSync(60_000), 4);
    await child.join();
    assert.equal(queue.getNowait(), 5);
    assert.equal(queue.empty(), true);
    await assert.rejects(queue.get({ timeout: 0 }), QueueEmptyError);
    assert.throws(() => queue.getNowait(), QueueEmptyError);
    await assert.rejects(queue.get({ timeout: -100 }), QueueEmptyError);
    await lasts(100, () => assert.throws(() => queue.getSync(100), QueueEmptyError));
  });

  test("test_timeout: get gives up after its time", { timeout }, async () => {
    const queue = new Queue<number>();
    await lasts(200, () => assert.rejects(queue.get({ timeout: 200 }), QueueEmptyError));
  });

  test("test_fork: what each process puts stays in its order", { timeout }, async () => {
    const queue = new Queue<number>();
    for (let i = 0; i < 10; i++) await queue.put(i);
    const child = new Process({ target: targets.putNumbersSync, args: [queue, 10, 20] });
    child.start();
    for (let i = 0; i < 20; i++) assert.equal(await queue.get(), i);
    assert.throws(() => queue.getNowait(), QueueEmptyError);
    await child.join();
  });

  test("test_queue_feeder_donot_stop_onexc: an item that cannot be copied is refused alone", { timeout }, async () => {
    const queue = new Queue<unknown>(1);
    await assert.rejects(queue.put({ on: { click: () => {} } }), (error) => {
      assert.ok(error instanceof TaskEncodingError);
      assert.equal(error.path, "item.on.click");
      return true;
    });
    assert.throws(() => queue.putNowait(Symbol("s")), TaskEncodingError);
    assert.equal(queue.qsize(), 0);
    await queue.put(true, { timeout: 0 });
    assert.equal(queue.qsize(), 1);
    assert.equal(await queue.get({ timeout: 0 }), true);
    assert.equal(queue.empty(), true);
  });

  test("test_closed_queue_empty_exceptions: an unused one is still empty after close; a used one is closed", {
    timeout,
  }, async () => {
    const unused = new Queue();
    unused.close();
    await unused.joinThread();
    assert.equal(unused.empty(), true);
    const used = new Queue();
    await used.put("foo");
    used.close();
    await used.joinThread();
    assert.throws(() => used.empty(), ClosedError);
  });

  test("test_closed_queue_put_get_exceptions: no put and no get after close", { timeout }, async () => {
    const queue = new Queue();
    queue.close();
    queue.close();
    await assert.rejects(queue.put("foo"), ClosedError);
    await assert.rejects(queue.get(), ClosedError);
    assert.throws(() => queue.getNowait(), ClosedError);
  });

  test("test_shutdown_empty: nothing may be put or got any more, here and in a child", { timeout }, async () => {
    const queue = new Queue<number>();
    const waiting = assert.rejects(queue.get(), ShutDownError);
    queue.shutdown();
    await waiting;
    assert.equal(queue.qsize(), 0);
    const pool = new Pool(1);
    const expected = Array.from({ length: 5 }, () => "ShutDownError");
    assert.deepEqual(await targets.useShutDown(queue), expected);
    assert.deepEqual(await pool.apply(targets.useShutDown, [queue]), expected);
    await pool.terminate();
  });

  test("test_shutdown_nonempty: what is there can still be got", { timeout }, async () => {
    const queue = new Queue<string>(1);
    await queue.put("data");
    const waiting = assert.rejects(queue.put("more"), ShutDownError);
    queue.shutdown();
    await waiting;
    assert.equal(queue.qsize(), 1);
    await assert.rejects(queue.put("more"), ShutDownError);
    assert.equal(await queue.get(), "data");
    await assert.rejects(queue.get(), ShutDownError);
    assert.throws(() => queue.getNowait(), ShutDownError);
  });

  test("test_shutdown_immediate: what is there is dropped", { timeout }, async () => {
    const queue = new Queue<string>();
    await queue.put("data");
    queue.shutdown(true);
    assert.equal(queue.qsize(), 0);
    await assert.rejects(queue.get(), ShutDownError);
  });
});

describe("Queue", () => {
  test("each item of two producers goes to one of two consumers", { timeout }, async () => {
    const queue = new Queue<number>(100);
    const pool = new Pool(4);
    const consumers = [1, 2].map(() => pool.apply(targets.sumSync, [queue]));
    const producers = [0, 5000].map((from) => pool.apply(targets.putNumbersSync, [queue, from, from + 5000]));
    await Promise.all(producers);
    queue.shutdown();
    const sums = await Promise.all(consumers);
    assert.equal(sums[0]! + sums[1]!, (9999 * 10_000) / 2);
    await pool.terminate();
  });

  test("many small and some large items of one child come whole and in order", { timeout }, async () => {
    const items = Array.from({ length: 300 }, (_, i) => i % 50 === 0 ? "ж".repeat(i * 1000) : { i, text: String(i) });
    for (const target of [targets.putEach, targets.putEachSync]) {
      const queue = new Queue<unknown>();
      const child = new Process({ target, args: [queue, items] });
      child.start();
      for (const item of items) assert.deepEqual(await queue.get(), item);
      await child.join();
    }
  });

  const deno = "Deno" in globalThis &&
    "Deno cannot end a thread that does not wait: https://github.com/denoland/deno/pull/35657";

  test("it goes on when a process is killed in the middle of a step", { timeout, skip: deno }, async () => {
    const queue = new Queue<string>();
    for (let round = 0; round < 8; round++) {
      const running = new Event();
      const child = new Process({ target: targets.putAndGetForEver, args: [queue, running] });
      child.start();
      await running.wait();
      child.kill();
      await child.join();
      const before = queue.qsize();
      await queue.put("mine");
      assert.equal(queue.qsize(), before + 1);
      const got: string[] = [];
      while (!queue.empty()) got.push(await queue.get());
      assert.equal(got.length, before + 1);
      assert.equal(got.at(-1), "mine");
    }
  });

  test("a loop over it ends at the shutdown, after what was there", { timeout }, async () => {
    const queue = new Queue<number>();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const item of queue) seen.push(item);
    })();
    for (let i = 0; i < 5; i++) await queue.put(i);
    queue.shutdown();
    await loop;
    assert.deepEqual(seen, [0, 1, 2, 3, 4]);
  });

  test("a wait ends by its signal and takes nothing", { timeout }, async () => {
    const queue = new Queue<number>(1);
    const getting = new AbortController();
    const waiting = assert.rejects(queue.get({ signal: getting.signal }), /enough/);
    getting.abort(new Error("enough"));
    await waiting;
    await queue.put(1);
    const putting = new AbortController();
    const waitingToPut = assert.rejects(queue.put(2, { signal: putting.signal }), /enough/);
    putting.abort(new Error("enough"));
    await waitingToPut;
    assert.equal(await queue.get(), 1);
    assert.equal(queue.empty(), true);
  });

  test("a queue goes through a queue and is the same there", { timeout }, async () => {
    const outer = new Queue<Queue<string>>();
    const inner = new Queue<string>();
    await outer.put(inner);
    await (await outer.get()).put("by the other");
    assert.equal(await inner.get(), "by the other");
  });

  test("a size that is no whole number is refused, 0 and less means any", { timeout }, () => {
    assert.throws(() => new Queue(1.5), RangeError);
    assert.throws(() => new Queue(2 ** 31), RangeError);
    for (const size of [0, -1]) {
      const queue = new Queue<number>(size);
      for (let i = 0; i < 1000; i++) queue.putNowait(i);
      assert.equal(queue.full(), false);
    }
  });

  test("any puts and gets: what comes out is what a list would give", { timeout }, async () => {
    const commands = fc.array(fc.oneof(fc.record({ put: fc.anything({ maxDepth: 1 }) }), fc.constant("get" as const)));
    await fc.assert(
      fc.asyncProperty(commands, fc.integer({ min: 0, max: 5 }), async (commands, maxsize) => {
        using queue = new Queue<unknown>(maxsize);
        const model: unknown[] = [];
        for (const command of commands) {
          if (command === "get") {
            if (model.length === 0) assert.throws(() => queue.getNowait(), QueueEmptyError);
            else assert.deepEqual(await queue.get(), structuredClone(model.shift()));
          } else if (maxsize > 0 && model.length === maxsize) {
            assert.throws(() => queue.putNowait(command.put), QueueFullError);
          } else {
            await queue.put(command.put);
            model.push(command.put);
          }
          assert.equal(queue.qsize(), model.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});
