import assert from "node:assert/strict";
import { test } from "node:test";
import { AsyncResult, TimeoutError } from "../../mod.ts";
import { Count, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import { countRun, passGate, rejectLater, square, squareLater, squareOfEven } from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;

test("test_async: get gives the value, before and after it is there", { timeout }, () =>
  withPool(1, async (pool) => {
    const result = pool.applyAsync(squareLater, [7]);
    assert.ok(result instanceof AsyncResult);
    assert.equal(await result.get(), 49);
    assert.equal(await result.get(1), 49);
    assert.equal(await result, 49);
  }));

test(
  "test_async_timeout: get throws after its timeout, and the job goes on",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const result = pool.applyAsync(passGate, [gate, "late"]);
      await assert.rejects(result.get(10), (error: TimeoutError) => {
        assert.ok(error instanceof TimeoutError);
        assert.equal(error.message, "The result is not there after 10 ms");
        return true;
      });
      assert.equal(await result.wait(1), false);
      raise(gate, Count.Opened);
      assert.equal(await result.wait(), true);
      assert.equal(await result.get(), "late");
    }),
);

test("ready and successful tell whether and how the job ended", { timeout }, () =>
  withPool(1, async (pool) => {
    const gate = newGate();
    const good = pool.applyAsync(passGate, [gate]);
    assert.equal(good.ready(), false);
    assert.throws(() => good.successful(), { name: "ManyhandsError", code: "ERR_NOT_READY" });
    raise(gate, Count.Opened);
    const bad = pool.applyAsync(squareOfEven, [3]);
    assert.equal(await bad.wait(), true);
    assert.deepEqual([good.ready(), good.successful()], [true, true]);
    assert.deepEqual([bad.ready(), bad.successful()], [true, false]);
    await assert.rejects(bad.get(), { name: "RangeError", message: "3 is odd" });
  }));

test(
  "test_map_async_callbacks: exactly one of the callbacks is called, once",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const heard: unknown[] = [];
      const options = {
        callback: (values: unknown): void => void heard.push(["value", values]),
        errorCallback: (error: unknown): void => void heard.push(["error", (error as Error).message]),
      };
      await pool.mapAsync(square, [1, 2], options).wait();
      await pool.mapAsync(squareOfEven, [2, 3, 5], options).wait();
      await pool.applyAsync(square, [3], options).wait();
      await pool.starmapAsync(square, [[4]], options).wait();
      await pool.apply(square, [1]);
      assert.deepEqual(heard, [["value", [1, 4]], ["error", "3 is odd"], ["value", 9], ["value", [16]]]);
    }),
);

test(
  "test_async_error_callback: an error goes both to get and to the callback",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      let heard: unknown;
      const result = pool.applyAsync(rejectLater, ["bad"], { errorCallback: (error) => heard = error });
      const thrown = await result.get().catch((error: unknown) => error);
      await pool.apply(square, [1]);
      assert.ok(thrown instanceof SyntaxError);
      assert.equal(heard, thrown);
    }),
);

test(
  "test_cancel_futures: a cancelled job rejects at once, and what it had waiting never runs",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const counted = newGate();
      const held = pool.apply(passGate, [gate, "kept"]);
      await reaches(gate, Count.Arrived, 1);
      const cancelled = [
        pool.applyAsync(countRun, [counted]),
        pool.mapAsync(countRun, range(2000).map(() => counted), { chunksize: 1 }),
        pool.starmapAsync(countRun, [[counted, 1]]),
      ];
      const last = pool.applyAsync(countRun, [counted, "last"]);
      for (const result of cancelled) {
        result.cancel();
        assert.deepEqual([result.ready(), result.successful()], [true, false]);
        await assert.rejects(result.get(), { code: "ERR_CANCELLED" });
      }
      raise(gate, Count.Opened);
      assert.equal(await held, "kept");
      assert.equal(await last, "last");
      assert.equal(read(counted, Count.Ran), 1);
      assert.equal(pool.stats().pending, 0);
    }),
);

test(
  "A map that is cancelled while it reads its input stops reading and runs nothing",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const counted = newGate();
      let isOver = false;
      async function* input(): AsyncGenerator<typeof counted> {
        try {
          for (;;) {
            await undefined;
            yield counted;
          }
        } finally {
          isOver = true;
        }
      }
      const result = pool.mapAsync(countRun, input());
      result.cancel();
      await assert.rejects(result.get(), { code: "ERR_CANCELLED" });
      pool.close();
      await pool.join();
      assert.equal(isOver, true);
      assert.equal(read(counted, Count.Ran), 0);
    }),
);

test("Cancelling a job that has ended changes nothing", { timeout }, () =>
  withPool(1, async (pool) => {
    const result = pool.applyAsync(square, [3]);
    assert.equal(await result, 9);
    result.cancel();
    assert.equal(result.successful(), true);
    assert.equal(await result.get(), 9);
  }));
