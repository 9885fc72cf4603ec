import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Pool, TaskEncodingError, TaskLoadError, TimeoutError, WorkerLostError } from "../../mod.ts";
import { Count, newGate, raise, reaches, read } from "../pool/fixtures/gate.ts";
import { countCalls, echo, exitWith, giveFunction, mark, passGate, square } from "../pool/fixtures/tasks.ts";
import { range, withPool } from "../pool/fixtures/with_pool.ts";
import { collected } from "./fixtures/collected.ts";
import { copy, exitAt, giveEven, meet, recurse } from "./fixtures/pool_tasks.ts";

const timeout = 60_000;

/** How many of the calls were answered, and how many failed by each error. */
async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const settled of await Promise.allSettled(calls)) {
    const key = settled.status === "fulfilled" ? "answered" : (settled.reason as Error).name;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function worksOn(pool: Pool): Promise<void> {
  assert.deepEqual(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
}

describe("_TestPool", () => {
  test(
    "test_release_task_refs, test_no_stale_references: items and results are let go of",
    { timeout },
    () =>
      withPool(2, async (pool) => {
        const references: WeakRef<object>[] = [];
        await (async () => {
          const items = range(10).map((i) => ({ data: [i] }));
          const results = await pool.map(copy, items);
          assert.deepEqual(results, items);
          references.push(...[...items, ...results].map((one) => new WeakRef(one)));
        })();
        await collected(references);
      }),
  );
});

describe("OtherPoolTests", () => {
  test("test_large_pool: many workers share a map", { timeout }, () =>
    withPool(12, async (pool) => {
      const squares = await pool.map(square, range(1000));
      assert.equal(squares.reduce((sum, x) => sum + x), 332_833_500);
    }));
});

test(
  "test_deadlock crash_cases: every way to fail settles its call, and the pool goes on",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const broken = new URL("../pool/fixtures/throws_at_import.ts", import.meta.url);
      const exiting = new URL("../pool/fixtures/exits_at_import.ts", import.meta.url);
      const cases: [call: () => Promise<unknown>, error: new (...args: never[]) => Error][] = [
        [() => pool.apply(echo, [() => {}]), TaskEncodingError],
        [() => pool.apply({ module: broken, export: "unreachable" }), TaskLoadError],
        [() => pool.apply({ module: exiting, export: "unreachable" }), WorkerLostError],
        [() => pool.apply(exitWith, [1]), WorkerLostError],
        [() => pool.apply(giveFunction), TaskEncodingError],
      ];
      for (const [call, error] of cases) {
        await assert.rejects(call, error);
        await worksOn(pool);
      }
    }),
);

test(
  "test_gh105829: a hundred calls wait for a worker that is held up",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const first = pool.apply(passGate, [gate]);
      await reaches(gate, Count.Arrived, 1);
      const calls = range(100).map((i) => pool.apply(square, [i]));
      raise(gate, Count.Opened);
      await first;
      assert.deepEqual(await Promise.all(calls), range(100).map((i) => i * i));
    }),
);

test("test_saturation: fifteen times as many calls as workers", { timeout }, () =>
  withPool(2, async (pool) => {
    const gate = newGate();
    const calls = range(30).map((i) => pool.apply(passGate, [gate, i]));
    raise(gate, Count.Opened);
    assert.deepEqual(await Promise.all(calls), range(30));
    assert.equal(read(gate, Count.Arrived), 30);
  }));

test(
  "test_queue_full_deadlock: calls that cannot be sent leave those beside them alone",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const calls = range(200).map((i) => pool.apply(echo, [i % 2 === 0 ? i : () => {}]));
      assert.deepEqual(await tally(calls), { answered: 100, TaskEncodingError: 100 });
    }),
);

test("test_max_depth: endless recursion is an error of its call alone", { timeout }, () =>
  withPool(1, async (pool) => {
    await assert.rejects(pool.apply(recurse, [0]), RangeError);
    await worksOn(pool);
  }));

test(
  "test_defunct_processes_kill_apply: a worker that ends takes one call of a hundred with it",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const calls = range(100).map((i) => pool.apply(exitAt, [i, 37]));
      assert.deepEqual(await tally(calls), { answered: 99, WorkerLostError: 1 });
      await assert.rejects(calls[37]!, WorkerLostError);
    }),
);

test(
  "apply_async_multiple_task_timeout: calls that are too long fail, those between them don't",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const results = range(6).map((i) => pool.applyAsync(giveEven, [i], i % 2 === 0 ? {} : { timeout: 100 }));
      for (const [i, result] of results.entries()) {
        if (i % 2 === 0) assert.equal(await result.get(), i);
        else await assert.rejects(result.get(), TimeoutError);
      }
    }),
);

test(
  "test_idle_process_reuse, keep_alive: workers and what they remember stay for the next call",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const worker = await pool.apply(mark);
      for (const i of range(5)) {
        assert.equal(await pool.apply(countCalls), i + 1);
        assert.equal(await pool.apply(mark), worker);
      }
    }),
);

test(
  "maxtasksperchild one: each of ten calls has a worker of its own",
  { timeout },
  () =>
    withPool({ processes: 2, maxTasksPerChild: 1 }, async (pool) => {
      const workers = await Promise.all(range(10).map(() => pool.apply(mark)));
      assert.equal(new Set(workers).size, 10);
    }),
);

test(
  "max_tasks worker ids: four calls of two a worker take two workers",
  { timeout },
  () =>
    withPool({ processes: 1, maxTasksPerChild: 2 }, async (pool) => {
      const workers: string[] = [];
      for (const _ of range(4)) workers.push(await pool.apply(mark));
      assert.equal(new Set(workers).size, 2);
      assert.equal(workers[0], workers[1]);
    }),
);

test(
  "map spreads: four items are at work in four workers at the same time",
  { timeout },
  () =>
    withPool(4, async (pool) => {
      const gate = newGate();
      await pool.map(meet, range(4).map((): [typeof gate, number] => [gate, 4]), { chunksize: 1 });
      assert.equal(read(gate, Count.Arrived), 4);
    }),
);
