import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pool, TimeoutError } from "../../mod.ts";
import { Count, type Gate, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import { countRun, passGate, spinForever, square } from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;

/** The ways to hand in one call of a task with a gate. */
const ways: Record<string, (pool: Pool, fn: (gate: Gate) => unknown, gate: Gate, options: object) => Promise<unknown>> =
  {
    apply: (pool, fn, gate, options) => pool.apply(fn, [gate], options),
    applyAsync: (pool, fn, gate, options) => pool.applyAsync(fn, [gate], options).get(),
    map: (pool, fn, gate, options) => pool.map(fn, [gate], options),
    mapAsync: (pool, fn, gate, options) => pool.mapAsync(fn, [gate], options).get(),
    starmap: (pool, fn, gate, options) => pool.starmap(fn, [[gate]], options),
    imap: async (pool, fn, gate, options) => await pool.imap(fn, [gate], options).next(),
  };

for (const [way, call] of Object.entries(ways)) {
  test(`${way} with a signal that is aborted already runs nothing`, { timeout }, () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const signal = AbortSignal.abort(new RangeError("too late"));
      await assert.rejects(async () => await call(pool, countRun, gate, { signal }), { message: "too late" });
      await pool.apply(square, [1]);
      assert.equal(read(gate, Count.Ran), 0);
    }));

  test(
    `${way} that is aborted right after the call, or while it waits for a worker, runs nothing`,
    { timeout },
    () =>
      withPool(1, async (pool) => {
        const gate = newGate();
        const held = pool.apply(passGate, [gate]);
        await reaches(gate, Count.Arrived, 1);
        const [early, queued] = [new AbortController(), new AbortController()];
        const rejections = [early, queued].map(({ signal }) =>
          assert.rejects(call(pool, countRun, gate, { signal }), { name: "AbortError" })
        );
        early.abort();
        await undefined;
        queued.abort();
        await Promise.all(rejections);
        raise(gate, Count.Opened);
        await held;
        await pool.apply(square, [1]);
        assert.equal(read(gate, Count.Ran), 0);
        assert.equal(pool.stats().lost, 0);
      }),
  );

  test(
    `${way} that is aborted while it runs rejects, and its worker is replaced if it does not end`,
    { timeout },
    () =>
      withPool(1, async (pool) => {
        const gate = newGate();
        const controller = new AbortController();
        const call1 = assert.rejects(call(pool, spinForever, gate, { signal: controller.signal }), { message: "stop" });
        await reaches(gate, Count.Arrived, 1);
        controller.abort(new Error("stop"));
        await call1;
        assert.equal(await pool.apply(square, [5]), 25);
      }),
  );

  test(`${way} rejects when its time is over`, { timeout }, () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      await assert.rejects(call(pool, passGate, gate, { timeout: 20 }), TimeoutError);
      raise(gate, Count.Opened);
      assert.equal(await pool.apply(square, [5]), 25);
    }));
}

test("A reason that is no error arrives as an AbortError with it", { timeout }, () =>
  withPool(1, async (pool) => {
    const gate = newGate();
    const controller = new AbortController();
    const call = assert.rejects(pool.apply(passGate, [gate], { signal: controller.signal }), {
      name: "AbortError",
      message: "because",
    });
    await reaches(gate, Count.Arrived, 1);
    controller.abort("because");
    await call;
  }));

test(
  "A call that ends within the grace after its abort keeps its worker",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const mark = await pool.apply(() => (globalThis as { mark?: number }).mark = 5);
      const gate = newGate();
      const controller = new AbortController();
      const call = assert.rejects(pool.apply(passGate, [gate], { signal: controller.signal }), { name: "AbortError" });
      await reaches(gate, Count.Arrived, 1);
      controller.abort();
      raise(gate, Count.Opened);
      await call;
      assert.equal(await pool.apply(() => (globalThis as { mark?: number }).mark), mark);
    }),
);

test("An abort or a time limit holds while a map reads an async input", { timeout }, () =>
  withPool(1, async (pool) => {
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) };
    const controller = new AbortController();
    const aborted = assert.rejects(pool.map(square, never, { signal: controller.signal }), { message: "enough" });
    const late = assert.rejects(pool.map(square, never, { timeout: 20 }), TimeoutError);
    controller.abort(new Error("enough"));
    await Promise.all([aborted, late]);
    pool.close();
    await pool.join();
  }));

test(
  "A signal serves many jobs and keeps no listener of those that ended",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>): void => (listeners++, add(...args));
      signal.removeEventListener = (...args: Parameters<typeof remove>): void => (listeners--, remove(...args));
      await Promise.all(range(50).map((x) => pool.apply(square, [x], { signal })));
      await pool.map(square, range(50), { signal });
      await Array.fromAsync(pool.imap(square, range(50), { signal }));
      for await (const value of pool.imap(square, range(50), { signal })) if (value > 9) break;
      assert.equal(listeners, 0);
    }),
);
