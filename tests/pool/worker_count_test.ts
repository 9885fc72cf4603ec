import assert from "node:assert/strict";
import { test } from "node:test";
import { Pool, PoolClosedError, SharedArray, WorkerLostError } from "../../mod.ts";
import { Count, type Gate, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import {
  countUp,
  exitSoon,
  exitWith,
  initialize,
  initializedWith,
  keep,
  mark,
  passGate,
  square,
} from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;

/** Lets `isSo` come true; the test's own time limit ends a wait that is in vain. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Keeps this thread from everything until so many have come up, and their answers had the time to come, too. */
function block(gate: Gate, workers: number): void {
  const words = gate.view as Int32Array<SharedArrayBuffer>;
  for (let up = read(gate, Count.Ran); up < workers; up = read(gate, Count.Ran)) {
    Atomics.wait(words, Count.Ran, up, 1000);
  }
  Atomics.wait(words, Count.Opened, 0, 20);
}

test(
  "resize to more starts workers at once, which have the initializer too",
  { timeout },
  () =>
    withPool({ processes: 1, initializer: initialize, initargs: ["ready"] }, async (pool) => {
      pool.resize(3);
      assert.deepEqual([pool.stats().processes, pool.stats().alive], [3, 3]);
      const gate = newGate();
      const waiting = range(3).map(() => pool.apply(passGate, [gate]));
      await reaches(gate, Count.Arrived, 3);
      raise(gate, Count.Opened);
      await Promise.all(waiting);
      assert.deepEqual(await pool.map(() => 1, range(5)), range(5).map(() => 1));
      assert.equal(await pool.apply(initializedWith), "ready");
    }),
);

test(
  "resize to fewer ends the running tasks first, and loses none of those that wait",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      const gate = newGate();
      const running = range(3).map((x) => pool.apply(passGate, [gate, x]));
      await reaches(gate, Count.Arrived, 3);
      const waiting = range(200).map((x) => pool.apply(square, [x]));
      pool.resize(1);
      assert.equal(pool.stats().alive, 3);
      raise(gate, Count.Opened);
      assert.deepEqual(await Promise.all(running), range(3));
      assert.deepEqual(await Promise.all(waiting), range(200).map((x) => x * x));
      await until(() => pool.stats().alive === 1);
      assert.equal(pool.stats().lost, 0);
      assert.equal(await pool.apply(square, [4]), 16);
    }),
);

test(
  "resize up and down again and again, while workers come up, loses nothing",
  { timeout },
  () =>
    withPool({ processes: 2, initializer: initialize, initargs: [1] }, async (pool) => {
      const results: Promise<number>[] = [];
      for (let round = 0; round < 8; round++) {
        pool.resize(1 + (round * 5) % 4);
        for (let i = 0; i < 20; i++) results.push(pool.apply(square, [i]));
        if (round % 3 === 0) await Promise.all(results);
      }
      assert.deepEqual(await Promise.all(results), range(8).flatMap(() => range(20).map((x) => x * x)));
      pool.resize(2);
      await until(() => pool.stats().alive === 2);
    }),
);

test(
  "a worker that comes up while this thread is busy and tasks are to be moved is heard of once",
  { timeout },
  () => {
    const gate = newGate();
    return withPool({ processes: 2, initializer: countUp, initargs: [gate] }, async (pool) => {
      const first = newGate();
      const busy = range(2).map(() => pool.apply(passGate, [first]));
      await reaches(first, Count.Arrived, 2);
      raise(first, Count.Opened);
      await Promise.all(busy);
      pool.resize(3);
      const running = pool.apply(passGate, [gate, 1]);
      const quick = pool.apply(square, [3]);
      const unwanted = pool.applyAsync(passGate, [gate, 2]);
      // One worker has nothing to do then, and a task waits behind the other's.
      assert.equal(await quick, 9);
      block(gate, 3);
      unwanted.cancel();
      raise(gate, Count.Opened);
      assert.equal(await running, 1);
      await assert.rejects(unwanted.get(), { code: "ERR_CANCELLED" });
      // One whose answer was taken twice would have been replaced.
      const last = newGate();
      const all = range(3).map(() => pool.apply(passGate, [last]));
      await reaches(last, Count.Arrived, 3);
      assert.equal(read(gate, Count.Ran), 3);
      raise(last, Count.Opened);
      await Promise.all(all);
    });
  },
);

test("resize is refused where the number or the pool does not allow it", { timeout }, async () => {
  const pool = new Pool(1);
  for (const count of [0, -1, 1.5, NaN, "2" as never]) assert.throws(() => pool.resize(count), RangeError);
  await pool.terminate();
  assert.throws(() => pool.resize(2), PoolClosedError);
});

for (const context of ["worker", "process", "inline"] as const) {
  test(
    `In the context ${context}, idle workers end after idleTimeout, and come back with the next tasks`,
    {
      timeout,
    },
    () =>
      withPool({ processes: 2, idleTimeout: 40, context, initializer: initialize, initargs: [7] }, async (pool) => {
        for (let round = 0; round < 2; round++) {
          assert.deepEqual(await pool.map(square, range(20)), range(20).map((x) => x * x));
          assert.equal(await pool.apply(initializedWith), 7);
          await until(() => pool.stats().alive === 0);
        }
        assert.equal(pool.stats().lost, 0);
        const last = pool.map(square, range(20));
        pool.close();
        assert.deepEqual(await last, range(20).map((x) => x * x));
        await pool.join();
      }),
  );
}

test(
  "A worker at work does not end by idleTimeout",
  { timeout },
  () =>
    withPool({ processes: 1, idleTimeout: 20 }, async (pool) => {
      const [gate, before] = [newGate(), await pool.apply(mark)];
      const running = pool.apply(passGate, [gate]);
      await reaches(gate, Count.Arrived, 1);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const next = pool.apply(mark);
      raise(gate, Count.Opened);
      await running;
      assert.equal(await next, before);
    }),
);

const MEBIBYTE = 1024 * 1024;
// Of a thread its heap counts, which on Bun is without the bytes of arrays; of a process all that it has.
const heavy = {
  worker: { limit: 60 * MEBIBYTE, objects: 2_000_000, bytes: 0 },
  process: { limit: 400 * MEBIBYTE, objects: 0, bytes: 400 * MEBIBYTE },
} as const;

for (const context of ["worker", "process"] as const) {
  test(
    `In the context ${context}, a worker above maxMemoryPerChild is replaced after its task`,
    { timeout },
    async () => {
      const { limit, objects, bytes } = heavy[context];
      // What all threads share counts for none of them.
      using shared = new SharedArray("B", 2 * heavy.worker.limit);
      assert.equal(shared.length, 2 * heavy.worker.limit);
      await withPool({ processes: 1, maxMemoryPerChild: limit, context }, async (pool) => {
        const first = await pool.apply(mark);
        assert.equal(await pool.apply(mark), first);
        assert.equal(await pool.apply(keep, [objects, bytes]), first);
        const calls = await Promise.all(range(5).map(() => pool.apply(mark)));
        assert.ok(calls.every((each) => each !== first && each === calls[0]));
        assert.equal(pool.stats().lost, 0);
      });
    },
  );
}

test(
  "A pool that loses more workers than maxRestarts fails with what ended the last one",
  { timeout },
  () =>
    withPool({ processes: 1, maxRestarts: 2 }, async (pool) => {
      for (const code of [3, 4]) await assert.rejects(pool.apply(exitWith, [code]), WorkerLostError);
      assert.equal(await pool.apply(square, [2]), 4);
      await assert.rejects(pool.apply(exitWith, [5]), WorkerLostError);
      await assert.rejects(async () => await pool.apply(square, [2]), {
        code: "ERR_RESTART_RATE",
        message: /More than 2 workers of \S+ were lost within 60 s: \S+ ended with exit code 5/,
      });
    }),
);

test(
  "Workers that end though they have nothing to do are replaced, and fail no task",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      for (let round = 1; round <= 3; round++) {
        await pool.apply(exitSoon, [round]);
        await until(() => pool.stats().lost === round);
      }
      assert.equal(await pool.apply(square, [3]), 9);
    }),
);
