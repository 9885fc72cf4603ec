import assert from "node:assert/strict";
import { test } from "node:test";
import {
  getContext,
  kernels,
  Pool,
  PoolClosedError,
  type PoolOptions,
  SharedArray,
  TaskEncodingError,
} from "../../mod.ts";
import { Count, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import {
  countCalls,
  countRun,
  echo,
  giveFunction,
  initialize,
  initializedWith,
  initializeLater,
  mark,
  multiply,
  passGate,
  passGateAt,
  square,
  squareLater,
  squareOfEven,
  sumInPool,
} from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 20_000;
const squares = (count: number): number[] => range(count).map((x) => x * x);

test("test_apply: apply calls the function with its arguments", { timeout }, () =>
  withPool(2, async (pool) => {
    assert.equal(await pool.apply(square, [5]), 25);
    assert.equal(await pool.apply(multiply, [6, 7]), 42);
    assert.equal(await pool.apply(echo), undefined);
    assert.equal(await pool.apply(squareLater, [4]), 16);
  }));

test(
  "test_map: map gives the values in the order of the items, whatever the chunk size",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      assert.deepEqual(await pool.map(square, range(10)), squares(10));
      for (const chunksize of [1, 3, 20, 1000, "auto"] as const) {
        assert.deepEqual(await pool.map(square, range(100), { chunksize }), squares(100));
        assert.deepEqual(await pool.map(squareLater, range(100), { chunksize }), squares(100));
      }
    }),
);

test("A task is answered by what its promise gives, rejects with or cannot send, also by one that is only a thenable", {
  timeout,
}, () =>
  withPool(1, async (pool) => {
    const calls = [
      pool.apply(async (x: number) => (await null, 2 * x), [1]),
      pool.apply(async () => (await null, Promise.reject(new RangeError("late")))),
      pool.apply(async () => (await null, () => 1)),
      pool.apply(() => ({ then: (resolve: (value: number) => void) => resolve(3) }) as PromiseLike<number>),
      pool.apply(() => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new TypeError("own")) })),
      pool.apply(async () => await Promise.resolve("last")),
    ];
    const outcomes = (await Promise.allSettled(calls)).map((call) =>
      call.status === "fulfilled" ? call.value : (call.reason as Error).name
    );
    assert.deepEqual(outcomes, [2, "RangeError", "TaskEncodingError", 3, "TypeError", "last"]);
  }));

test("map takes sync and async iterables of unknown length", { timeout }, () =>
  withPool(2, async (pool) => {
    assert.deepEqual(await pool.map(square, new Set([1, 2, 3])), [1, 4, 9]);
    async function* later(): AsyncGenerator<number> {
      for (const x of range(10)) {
        await undefined;
        yield x;
      }
    }
    assert.deepEqual(await pool.map(square, later()), squares(10));
  }));

test("test_starmap: starmap spreads the items", { timeout }, () =>
  withPool(2, async (pool) => {
    const pairs = range(100).map((i): [number, number] => [i, 99 - i]);
    const products = pairs.map(([a, b]) => a * b);
    assert.deepEqual(await pool.starmap(multiply, pairs), products);
    assert.deepEqual(await pool.starmap(multiply, pairs, { chunksize: 20 }), products);
  }));

test(
  "test_starmap_async, test_map_async: the later forms give the same",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const pairs = range(100).map((i): [number, number] => [i, 99 - i]);
      assert.deepEqual(await pool.mapAsync(square, range(100), { chunksize: 20 }).get(), squares(100));
      assert.deepEqual(await pool.starmapAsync(multiply, pairs).get(), pairs.map(([a, b]) => a * b));
    }),
);

test(
  "test_map_chunksize, test_empty_iterable: an empty input gives an empty list",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      assert.deepEqual(await pool.map(square, []), []);
      assert.deepEqual(await pool.mapAsync(square, [], { chunksize: 1 }).get(), []);
      assert.deepEqual(await pool.starmap(multiply, []), []);
      assert.deepEqual(await Array.fromAsync(pool.imap(square, [])), []);
      assert.deepEqual(await Array.fromAsync(pool.imapUnordered(square, [])), []);
    }),
);

test(
  "map waits for all items, then rejects with the first error in the order of the items",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      for (const chunksize of [1, 4]) {
        await assert.rejects(pool.map(squareOfEven, [2, 4, 7, 9, 6], { chunksize }), { message: "7 is odd" });
      }
      const gate = newGate();
      const items = range(6).map((i): [typeof gate, number] => [gate, i]);
      const mapped = pool.map(passGateAt, items, { chunksize: 1 });
      await reaches(gate, Count.Ran, 1);
      raise(gate, Count.Opened);
      assert.deepEqual(await mapped, range(6));
    }),
);

test(
  "test_map_handle_iterable_exception: map rejects with what its input throws, and the pool goes on",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      class SayWhen extends Error {}
      function* until(count: number): Generator<number> {
        yield* range(count);
        throw new SayWhen("when");
      }
      for (const count of [0, 0, 3]) await assert.rejects(pool.map(square, until(count)), SayWhen);
      async function* later(): AsyncGenerator<number> {
        yield 1;
        await undefined;
        throw new SayWhen("when");
      }
      await assert.rejects(pool.map(square, later()), SayWhen);
      assert.deepEqual(await pool.map(square, range(3)), squares(3));
    }),
);

test(
  "test_map_unplicklable: an item that cannot be sent rejects the map with the path to it",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const items: unknown[] = range(30);
      items[17] = { handlers: { onClick: () => {} } };
      for (const chunksize of [1, 10, 30]) {
        await assert.rejects(pool.map(echo, items, { chunksize }), (error: TaskEncodingError) => {
          assert.ok(error instanceof TaskEncodingError);
          assert.equal(error.path, "items[17].handlers.onClick");
          return true;
        });
      }
      assert.equal(await pool.apply(square, [3]), 9);
    }),
);

test(
  "test_unpickleable_result: a result that cannot be sent rejects, and the worker lives on",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const marks = new Set(await pool.map(mark, range(40), { chunksize: 1 }));
      for (let i = 0; i < 20; i++) {
        await assert.rejects(pool.apply(giveFunction), (error: TaskEncodingError) => {
          assert.ok(error instanceof TaskEncodingError);
          assert.equal(error.path, "result.handlers.onClick");
          return true;
        });
      }
      for (const found of await pool.map(mark, range(40), { chunksize: 1 })) marks.add(found);
      assert.ok(marks.size <= 2);
      assert.equal(pool.stats().lost, 0);
    }),
);

test(
  "test_make_pool: the number of workers is an integer of at least 1",
  { timeout },
  () =>
    withPool(3, async (pool) => {
      for (const processes of [0, -1, 0.5, NaN, "3" as unknown as number]) {
        assert.throws(() => new Pool({ processes }), RangeError);
      }
      assert.throws(() => new Pool(0), {
        name: "RangeError",
        message: "processes: expected an integer of at least 1, found 0",
      });
      assert.equal(pool.stats().processes, 3);
      const gate = newGate();
      const held = range(3).map(() => pool.apply(passGate, [gate]));
      await reaches(gate, Count.Arrived, 3);
      raise(gate, Count.Opened);
      await Promise.all(held);
    }),
);

test("test_pool_maxtasksperchild_invalid: maxTasksPerChild is an integer of at least 1", { timeout }, () => {
  for (const maxTasksPerChild of [0, -1, 0.5, "12" as unknown as number]) {
    assert.throws(() => new Pool({ processes: 1, maxTasksPerChild }), RangeError);
  }
});

test("Options that there are not are refused, as are Python's arguments by position", { timeout }, () => {
  const misspelt = { processes: 1, taskTimout: 5 } as PoolOptions;
  const byPosition = [1, square] as unknown as [number];
  for (const Class of [Pool, getContext("inline").Pool]) {
    assert.throws(() => new Class(misspelt), { name: "TypeError", message: /no option "taskTimout": .*taskTimeout/ });
    assert.throws(() => new Class(...byPosition), { name: "TypeError", message: /as one object.*found 2 arguments/ });
  }
});

test("Options out of their range are refused at once", { timeout }, () =>
  withPool(1, async (pool) => {
    assert.throws(() => new Pool({ processes: 1, retries: -1 }), RangeError);
    assert.throws(() => new Pool("2" as never), TypeError);
    assert.throws(() => new Pool({ processes: 1, taskTimeout: 0 }), RangeError);
    assert.throws(() => new Pool({ processes: 1, context: "fork" as "worker" }), RangeError);
    assert.throws(() => new Pool({ processes: 1, maxMemoryPerChild: 1, context: "inline" }), {
      name: "UnsupportedError",
    });
    assert.throws(() => new Pool({ processes: 1, maxMemoryPerChild: 0 }), RangeError);
    assert.throws(() => new Pool({ processes: 1, idleTimeout: 0 }), RangeError);
    assert.throws(() => new Pool({ processes: 1, maxRestarts: -1 }), RangeError);
    assert.throws(() => new Pool({ processes: 1, initializer: 5 as never }), TypeError);
    for (const chunksize of [0, -1, 1.5]) {
      await assert.rejects(pool.map(square, [1], { chunksize }), RangeError);
      assert.throws(() => pool.imap(square, [1], { chunksize }), RangeError);
    }
    assert.throws(() => pool.imap(square, [1], { buffersize: -1 }), RangeError);
    assert.throws(() => pool.imap(square, [1], { bufferBytes: 0 }), RangeError);
  }));

test(
  "What is no function, no list and no iterable is refused with what was found",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      await assert.rejects(pool.apply(5 as never), { name: "TypeError", message: /expected a function.*found number/ });
      await assert.rejects(pool.apply(null as never), {
        name: "TypeError",
        message: /expected a function.*found null/,
      });
      await assert.rejects(pool.apply(square, 5 as never), { name: "TypeError", message: /args: expected an array/ });
      await assert.rejects(pool.map(square, 5 as never), { name: "TypeError", message: /items: expected an iterable/ });
      assert.throws(() => pool.applyAsync(5 as never), TypeError);
      assert.throws(() => pool.imap(square, undefined as never), TypeError);
      await assert.rejects(pool.mapInPlace(square, new SharedArray("d", 1)), { name: "TypeError", message: /square/ });
    }),
);

test(
  "test_pool_worker_lifetime: after maxTasksPerChild tasks a fresh worker takes over",
  { timeout },
  () =>
    withPool({ processes: 2, maxTasksPerChild: 2 }, async (pool) => {
      const calls = await pool.map(countCalls, range(20), { chunksize: 1 });
      assert.ok(calls.every((count) => count <= 2), `calls of one worker: ${calls}`);
      const marks = await pool.map(mark, range(20), { chunksize: 1 });
      assert.ok(new Set(marks).size >= 10, `${new Set(marks).size} workers for 20 tasks`);
      assert.equal(pool.stats().lost, 0);
    }),
);

test("test_pool_worker_lifetime_early_close: close lets all handed-in work end, also with one task a worker", {
  timeout,
}, async () => {
  const pool = new Pool({ processes: 3, maxTasksPerChild: 1 });
  const results = range(6).map((x) => pool.applyAsync(squareLater, [x]));
  pool.close();
  await pool.join();
  assert.deepEqual(await Promise.all(results), squares(6));
});

test(
  "close lets a map that was handed in end, with an array, an iterable or an async iterable",
  { timeout },
  async () => {
    async function* later(): AsyncGenerator<number> {
      for (const x of range(10)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield x;
      }
    }
    for (const items of [range(10), new Set(range(10)), later()]) {
      const pool = new Pool(2);
      const mapped = pool.map(square, items);
      const mappedLater = pool.mapAsync(square, range(5));
      pool.close();
      await pool.join();
      assert.deepEqual(await mapped, squares(10));
      assert.deepEqual(await mappedLater, squares(5));
    }
  },
);

test("terminate rejects a map that was handed in just before", { timeout }, async () => {
  const pool = new Pool(1);
  const mapped = pool.map(square, range(10));
  const mappedLater = pool.mapAsync(square, range(10));
  const rejections = [
    assert.rejects(mapped, PoolClosedError),
    assert.rejects(mappedLater.get(), PoolClosedError),
  ];
  await pool.terminate();
  await Promise.all(rejections);
});

test("test_terminate: terminate rejects 10,000 waiting tasks and the one that runs", { timeout }, async () => {
  const pool = new Pool(2);
  const gate = newGate();
  const results = range(10_000).map(() => pool.applyAsync(passGate, [gate]));
  await reaches(gate, Count.Arrived, 2);
  await pool.terminate();
  for (const result of results) await assert.rejects(result.get(), PoolClosedError);
  assert.equal(read(gate, Count.Arrived), 2);
  await pool.join();
  assert.deepEqual({ ...pool.stats(), abandoned: 0, completed: 0 }, {
    state: "closed",
    processes: 2,
    alive: 0,
    lost: 0,
    pending: 0,
    queued: 0,
    abandoned: 0,
    completed: 0,
  });
});

test("test_context, test_enter: a closed or terminated pool takes no work, and says why", { timeout }, async () => {
  for (const end of ["close", "terminate"] as const) {
    const pool = new Pool({ processes: 1, name: "Kitchen" });
    assert.equal(await pool.apply(square, [3]), 9);
    await pool[end]();
    await pool.join();
    const refusal = { name: "PoolClosedError", code: "ERR_POOL_CLOSED", message: /Kitchen.*closed/ };
    await assert.rejects(pool.apply(square, [3]), refusal);
    await assert.rejects(pool.map(square, [3]), refusal);
    await assert.rejects(pool.mapAsync(square, [3]).get(), refusal);
    assert.throws(() => pool.applyAsync(square, [3]), refusal);
    assert.throws(() => pool.imap(square, [3]), refusal);
    await pool.terminate();
  }
});

test("Disposal is termination", { timeout }, async () => {
  const pool = new Pool(1);
  const gate = newGate();
  const held = pool.applyAsync(passGate, [gate]);
  await reaches(gate, Count.Arrived, 1);
  await pool[Symbol.asyncDispose]();
  await assert.rejects(held.get(), PoolClosedError);
});

test(
  "join wants a pool that was closed or terminated",
  { timeout },
  () =>
    withPool({ processes: 1, name: "Open" }, async (pool) => {
      await assert.rejects(pool.join(), { code: "ERR_POOL_OPEN", message: /Open/ });
    }),
);

test("close and join wait for the work, not the caller", { timeout }, async () => {
  const pool = new Pool(2);
  const gate = newGate();
  const held = pool.apply(passGate, [gate, "done"]);
  await reaches(gate, Count.Arrived, 1);
  pool.close();
  assert.equal(pool.stats().state, "closing");
  const joined = pool.join();
  raise(gate, Count.Opened);
  await joined;
  assert.equal(await held, "done");
  assert.equal(pool.stats().alive, 0);
});

test("test_initializers: each worker runs the initializer once, before its first task", { timeout }, async () => {
  for (const initializer of [initialize, initializeLater]) {
    await withPool({ processes: 2, initializer, initargs: [{ port: 5432 }], maxTasksPerChild: 3 }, async (pool) => {
      for (const found of await pool.map(initializedWith, range(12), { chunksize: 1 })) {
        assert.deepEqual(found, { port: 5432 });
      }
    });
  }
});

test("An argument of the initializer that cannot be sent is refused with its path", { timeout }, () => {
  assert.throws(
    () => new Pool({ processes: 1, initializer: initialize, initargs: [{ log: () => {} }] }),
    (error: TaskEncodingError) => error instanceof TaskEncodingError && error.path === "initargs[0].log",
  );
});

test("stats tells what runs, what waits and what was answered", { timeout }, () =>
  withPool(1, async (pool) => {
    const gate = newGate();
    const held = range(5000).map(() => pool.apply(passGate, [gate]));
    await reaches(gate, Count.Arrived, 1);
    const during = pool.stats();
    assert.equal(during.state, "open");
    assert.equal(during.alive, 1);
    assert.equal(during.pending, 5000);
    raise(gate, Count.Opened);
    await Promise.all(held);
    assert.ok(during.queued > 0 && during.queued < 5000, `${during.queued} of 5000 in the queue`);
    const { pending, queued, completed } = pool.stats();
    assert.deepEqual({ pending, queued, completed }, { pending: 0, queued: 0, completed: 5000 });
  }));

test("Pools have names of their own, which their workers' names begin with", { timeout }, async () => {
  const [first, second] = [new Pool(1), new Pool(1)];
  const nameOf = (pool: Pool): Promise<string> =>
    pool.apply(square, [2]).then(() => pool.terminate()).then(() => pool.apply(square, [2])).then(
      () => "",
      (error: Error) => /work to (\S+):/.exec(error.message)![1],
    );
  const names = [await nameOf(first), await nameOf(second)];
  assert.match(names[0], /^Pool-\d+$/);
  assert.notEqual(names[0], names[1]);
});

test(
  "Each of 20,000 and of 70,000 calls in flight gets its own answer",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      for (const count of [20_000, 70_000]) {
        const answers = await Promise.all(range(count).map((x) => pool.apply(square, [x])));
        assert.deepEqual(answers, squares(count));
      }
    }),
);

test("A task that blocks its worker does not hold up those behind it", { timeout }, () =>
  withPool(2, async (pool) => {
    const gate = newGate();
    await pool.map(square, range(50));
    const others = range(100).map((x) => pool.apply(square, [x]));
    const held = pool.apply(passGate, [gate, "late"]);
    const after = range(100).map((x) => pool.apply(square, [x]));
    await Promise.all([...others, ...after]);
    raise(gate, Count.Opened);
    assert.equal(await held, "late");
  }));

for (const blocked of [1, 3]) {
  test(
    `Small calls do not wait behind ${blocked} that block their workers while another has nothing to do`,
    { timeout },
    () =>
      withPool(4, async (pool) => {
        const gate = newGate();
        await Promise.all(range(500).map((x) => pool.apply(square, [x])));
        const held = range(blocked).map((x) => pool.apply(passGate, [gate, x]));
        await reaches(gate, Count.Arrived, blocked);
        for (let round = 0; round < 5; round++) {
          const answers = await Promise.all(range(100).map((x) => pool.apply(square, [x])));
          assert.deepEqual(answers, squares(100));
        }
        raise(gate, Count.Opened);
        assert.deepEqual(await Promise.all(held), range(blocked));
      }),
  );
}

test("test_pool_in_process: a task may have a pool of its own", { timeout }, () =>
  withPool(2, async (pool) => {
    const sums = await pool.map(sumInPool, [range(10), range(20)], { chunksize: 1 });
    assert.deepEqual(sums, [285, 2470]);
  }));

test("mapInPlace runs the kernel on the array where it lies", { timeout }, () =>
  withPool(3, async (pool) => {
    for (const typecode of ["d", "f", "i"] as const) {
      for (const count of [0, 1, 7, 1000, 100_003]) {
        const array = new SharedArray(typecode, range(count));
        const { view } = array;
        for (const chunksize of ["auto", 1 + (count >> 4)] as const) {
          await pool.mapInPlace(kernels.double, array, { chunksize });
        }
        assert.deepEqual(Array.from(view), range(count).map((x) => 4 * x));
        array.dispose();
      }
    }
  }));

test("mapInPlace changes nothing beside the array", { timeout }, () =>
  withPool(2, async (pool) => {
    const arrays = range(5).map(() => new SharedArray("i", [1, 2, 3]));
    await pool.mapInPlace(kernels.double, arrays[2]);
    assert.deepEqual(arrays.map((array) => array.toArray()), [[1, 2, 3], [1, 2, 3], [2, 4, 6], [1, 2, 3], [1, 2, 3]]);
    await assert.rejects(pool.mapInPlace(kernels.double, new SharedArray("h", [1])), {
      name: "TypeError",
      message: /typecode "h"/,
    });
  }));

test("A shared array is the same memory in a task", { timeout }, () =>
  withPool(2, async (pool) => {
    const gate = newGate();
    await pool.starmap(countRun, range(50).map((): [typeof gate] => [gate]), { chunksize: 1 });
    assert.equal(read(gate, Count.Ran), 50);
  }));
