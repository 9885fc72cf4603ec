import assert from "node:assert/strict";
import { test } from "node:test";
import { type ManyhandsError, Pool, PoolClosedError, RemoteError, TaskLoadError, WorkerLostError } from "../../mod.ts";
import { Count, type Gate, newGate, raise, reaches, read } from "./fixtures/gate.ts";
import { unreachable as exitsAtImport } from "./fixtures/exits_at_import.ts";
import {
  echo,
  exitOnce,
  exitWith,
  failToInitialize,
  giveBytes,
  giveBytesThenExit,
  giveFunction,
  leaveRejection,
  passGate,
  print,
  rejectLater,
  spinForever,
  square,
  throwFromTimer,
  throwFunction,
  throwValue,
} from "./fixtures/tasks.ts";
import { range, withPool } from "./fixtures/with_pool.ts";

const timeout = 20_000;
const tasksUrl = new URL("./fixtures/tasks.ts", import.meta.url);

interface Fault {
  readonly name: string;
  /** Puts the fault into a pool. */
  readonly run: (pool: Pool) => Promise<unknown>;
  /** What the caller hears. */
  readonly heard: object;
  /** Workers that it costs. */
  readonly lost: number;
}

const lostBy = (exitReason: string, exitCode: number, message: RegExp): object => ({
  name: "WorkerLostError",
  code: "ERR_WORKER_LOST",
  exitReason,
  exitCode,
  taskIndex: 0,
  message,
});

const faults: Fault[] = [
  {
    name: "an error that is thrown",
    run: (pool) => pool.map(throwValue, [new RangeError("too far")]),
    heard: { name: "RangeError", message: "too far" },
    lost: 0,
  },
  {
    name: "a promise that rejects",
    run: (pool) => pool.apply(rejectLater, ["bad"]),
    heard: { name: "SyntaxError", message: "bad" },
    lost: 0,
  },
  {
    name: "an argument that cannot be sent",
    run: (pool) => pool.apply(echo, [{ handlers: { onClick: () => {} } }]),
    heard: { name: "TaskEncodingError", path: "args[0].handlers.onClick" },
    lost: 0,
  },
  {
    name: "an argument that structured clone refuses",
    run: (pool) => pool.apply(echo, [{ [Symbol.toStringTag]: "Odd", run: () => {} }]),
    heard: { name: "TaskEncodingError" },
    lost: 0,
  },
  {
    name: "a result that cannot be sent",
    run: (pool) => pool.apply(giveFunction),
    heard: { name: "TaskEncodingError", path: "result.handlers.onClick" },
    lost: 0,
  },
  {
    name: "a thrown value that cannot be sent",
    run: (pool) => pool.apply(throwFunction),
    heard: { name: "TaskEncodingError" },
    lost: 0,
  },
  {
    name: "process.exit(7)",
    run: (pool) => pool.apply(exitWith, [7]),
    heard: lostBy("exit", 7, /was lost while it ran task 0: it ended with exit code 7/),
    lost: 1,
  },
  {
    name: "process.exit(0)",
    run: (pool) => pool.apply(exitWith, [0]),
    heard: lostBy("exit", 0, /exit code 0/),
    lost: 1,
  },
  {
    name: "an uncaught error from a timer",
    run: (pool) => pool.apply(throwFromTimer),
    heard: lostBy("error", 1, /an uncaught error ended it: from a timer/),
    lost: 1,
  },
  {
    name: "an unhandled rejection",
    run: (pool) => pool.apply(leaveRejection),
    heard: lostBy("error", 1, /an uncaught error ended it: left alone/),
    lost: 1,
  },
  {
    name: "a module that does not exist",
    run: (pool) => pool.apply({ module: new URL("./fixtures/missing.ts", import.meta.url), export: "f" }),
    heard: { name: "TaskLoadError", code: "ERR_TASK_LOAD", message: /^Cannot load file:.*missing\.ts for f: / },
    lost: 0,
  },
  {
    name: "an export that is not there",
    run: (pool) => pool.apply({ module: tasksUrl, export: "cube" }),
    heard: { name: "TaskLoadError", message: /^Cannot run cube: .*tasks\.ts neither exports it.*it exports .*square/ },
    lost: 0,
  },
  {
    name: "a module that throws when it is loaded",
    run: (pool) =>
      pool.apply({ module: new URL("./fixtures/throws_at_import.ts", import.meta.url), export: "unreachable" }),
    heard: { name: "TaskLoadError", message: /throws_at_import\.ts for unreachable: Not configured/ },
    lost: 0,
  },
  {
    name: "a module that exits when it is loaded",
    run: (pool) => pool.apply(exitsAtImport),
    heard: lostBy("exit", 4, /exit code 4/),
    lost: 1,
  },
];

for (const { name, run, heard, lost } of faults) {
  test(`The pool outlives ${name}, and only that task fails`, { timeout }, async () => {
    for (const processes of [1, 3]) {
      await withPool(processes, async (pool) => {
        for (let round = 0; round < 2; round++) {
          const before = range(20).map((x) => pool.apply(square, [x]));
          const fault = assert.rejects(run(pool), heard);
          const after = range(20).map((x) => pool.apply(square, [x]));
          const [found] = await Promise.all([Promise.all([...before, ...after]), fault]);
          assert.deepEqual(found, [...range(20), ...range(20)].map((x) => x * x));
        }
        assert.deepEqual(await pool.map(square, range(50), { chunksize: 1 }), range(50).map((x) => x * x));
        const stats = pool.stats();
        assert.deepEqual({ lost: stats.lost, pending: stats.pending }, { lost: 2 * lost, pending: 0 });
      });
    }
  });
}

test("A value that is thrown and is no error is what the caller gets", { timeout }, () =>
  withPool(1, async (pool) => {
    for (const value of [5, "five", null, undefined, { code: 5 }, [1, 2]]) {
      let thrown: unknown = "nothing was thrown";
      try {
        await pool.apply(throwValue, [value]);
      } catch (error) {
        thrown = error;
      }
      assert.deepEqual(thrown, value);
    }
  }));

test("test_traceback, test_wrapped_exception: an error keeps its name, message, fields, cause and the worker's stack", {
  timeout,
}, () =>
  withPool(1, async (pool) => {
    await assert.rejects(pool.apply(print, [3]), (error: RemoteError & { sheets: number }) => {
      assert.ok(error instanceof RemoteError);
      assert.equal(error.name, "OutOfPaper");
      assert.equal(error.message, "Only 3 sheets left");
      assert.equal(error.code, "E_PAPER");
      assert.equal(error.sheets, 3);
      assert.ok(error.cause instanceof TypeError);
      assert.equal(error.cause.message, "the tray is empty");
      assert.match(error.stack!, /tasks\.ts/);
      assert.match(error.remoteStack, /print/);
      return true;
    });
    await assert.rejects(pool.apply(rejectLater, ["x"]), (error: Error) => {
      assert.ok(error instanceof SyntaxError);
      assert.match(error.stack!, /rejectLater/);
      return true;
    });
  }));

test(
  "A worker that is lost in a map fails the map with the index of the chunk's first item",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      await assert.rejects(
        pool.map((x: number) => x === 5 ? (globalThis.process.exit(6), new Promise(() => {})) : x, range(10), {
          chunksize: 2,
        }),
        { name: "WorkerLostError", taskIndex: 4, exitCode: 6 },
      );
    }),
);

test(
  "retries repeats a task whose worker was lost",
  { timeout },
  () =>
    withPool({ processes: 2, retries: 1 }, async (pool) => {
      const gate = newGate();
      assert.equal(await pool.apply(exitOnce, [gate, 12]), 12);
      assert.equal(read(gate, Count.Ran), 2);
      await assert.rejects(pool.apply(exitWith, [3]), WorkerLostError);
      assert.equal(pool.stats().lost, 3);
    }),
);

test("Without retries a task whose worker was lost is not repeated", { timeout }, () =>
  withPool(1, async (pool) => {
    const gate = newGate();
    await assert.rejects(pool.apply(exitOnce, [gate, 12]), WorkerLostError);
    await pool.apply(square, [1]);
    assert.equal(read(gate, Count.Ran), 1);
  }));

test(
  "test_crash_big_data: a worker that ends about when its 5 MiB answer goes out leaves nobody waiting",
  { timeout },
  () =>
    withPool(2, async (pool) => {
      const length = 5 * 1024 * 1024;
      for (let round = 0; round < 5; round++) {
        const results = await Promise.allSettled([
          pool.apply(giveBytesThenExit, [length]),
          pool.apply(giveBytes, [length]),
          pool.apply(square, [round]),
        ]);
        for (const [index, result] of results.entries()) {
          if (result.status === "rejected") {
            assert.ok(result.reason instanceof WorkerLostError, `${index}: ${result.reason}`);
          }
        }
        assert.equal(await pool.apply(square, [7]), 49);
      }
    }),
);

test("terminate settles the call of an infinite loop, and a new pool works", { timeout }, async () => {
  const pool = new Pool(2);
  const gate = newGate();
  const spinning = pool.apply(spinForever, [gate]);
  const waiting = range(10).map(() => pool.apply(spinForever, [gate]));
  const rejections = [spinning, ...waiting].map((call) => assert.rejects(call, PoolClosedError));
  await reaches(gate, Count.Arrived, 2);
  await pool.terminate();
  await Promise.all(rejections);
  await withPool(1, async (next) => assert.equal(await next.apply(square, [3]), 9));
});

test(
  "A worker whose running call is given up is replaced, and what waited behind the call is done",
  { timeout },
  () =>
    withPool(1, async (pool) => {
      const gate = newGate();
      const spinning = pool.applyAsync(spinForever, [gate]);
      const behind = range(20).map((x) => pool.apply(square, [x]));
      await reaches(gate, Count.Arrived, 1);
      spinning.cancel();
      await assert.rejects(spinning.get(), { code: "ERR_CANCELLED" });
      assert.deepEqual(await Promise.all(behind), range(20).map((x) => x * x));
      assert.equal(pool.stats().lost, 0);
    }),
);

test("FailingInitializer: an initializer that throws fails the pool at once, with the cause", { timeout }, async () => {
  for (const processes of [1, 3]) {
    const pool = new Pool({ processes, initializer: failToInitialize });
    const failure = (error: ManyhandsError): boolean => {
      assert.equal(error.code, "ERR_INITIALIZER");
      assert.match(error.message, /^The initializer of Pool-\d+-worker-\d+ failed: no database$/);
      assert.ok(error.cause instanceof RangeError);
      return true;
    };
    await assert.rejects(pool.apply(square, [3]), failure);
    await assert.rejects(pool.map(square, [3]), failure);
    assert.throws(() => pool.imap(square, [3]), failure);
    await pool.join();
    assert.equal(pool.stats().alive, 0);
    await pool.terminate();
  }
});

test("An initializer that exits, or cannot be found, fails the pool at once, with the cause", { timeout }, async () => {
  const exits = new Pool({ processes: 2, initializer: exitWith, initargs: [5] });
  await assert.rejects(exits.apply(square, [3]), (error: ManyhandsError) => {
    assert.equal(error.code, "ERR_INITIALIZER");
    assert.ok(error.cause instanceof WorkerLostError && error.cause.exitCode === 5);
    return true;
  });
  await exits.terminate();
  const missing = new Pool({ processes: 2, initializer: { module: tasksUrl, export: "nothingLikeIt" } });
  await assert.rejects(missing.apply(square, [3]), (error: ManyhandsError) => error.cause instanceof TaskLoadError);
  await missing.terminate();
});

test("terminate settles the calls of a pool whose initializer never returns", { timeout }, async () => {
  for (const initializer of [passGate, spinForever]) {
    const gate = newGate();
    const pool = new Pool({ processes: 1, initializer, initargs: [gate] });
    const call = assert.rejects(pool.apply(square, [3]), PoolClosedError);
    await reaches(gate, Count.Arrived, 1);
    await pool.terminate();
    await call;
    raise(gate, Count.Opened);
  }
});

test(
  "A task that runs longer than taskTimeout fails, and the others are done by its worker's successor",
  { timeout },
  () =>
    withPool({ processes: 1, taskTimeout: 500 }, async (pool) => {
      const gate = newGate();
      const tasks: ((gate: Gate) => unknown)[] = [passGate, spinForever];
      for (const endless of tasks) {
        const slow = assert.rejects(pool.apply(endless, [gate]), {
          name: "TimeoutError",
          message: "Task 0 ran longer than 500 ms",
        });
        const others = range(10).map((x) => pool.apply(square, [x]));
        await slow;
        assert.deepEqual(await Promise.all(others), range(10).map((x) => x * x));
      }
    }),
);

test(
  "taskTimeout counts from a task's start, not while its worker comes up",
  { timeout },
  () =>
    withPool({ processes: 2, taskTimeout: 150, maxTasksPerChild: 1 }, async (pool) => {
      assert.deepEqual(await pool.map((x: number) => x + 1, range(12), { chunksize: 1 }), range(12).map((x) => x + 1));
    }),
);

test(
  "A chunk that is ended by taskTimeout rejects the map, though some of its items were done",
  { timeout },
  () =>
    withPool({ processes: 1, taskTimeout: 60 }, async (pool) => {
      const naps = (x: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(x), 20));
      await assert.rejects(pool.map(naps, range(20), { chunksize: 20 }), { name: "TimeoutError" });
    }),
);

test(
  "A task that was answered while the program was busy did not time out",
  { timeout },
  () =>
    withPool({ processes: 1, taskTimeout: 400 }, async (pool) => {
      assert.equal(await pool.apply(square, [2]), 4);
      const answers = range(5).map((x) => pool.apply(square, [x]));
      await undefined;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      assert.deepEqual(await Promise.all(answers), range(5).map((x) => x * x));
    }),
);

test("test_crash_races: pools whose workers all end at once go on", { timeout }, async () => {
  for (const processes of [1, 2, 5]) {
    await withPool(processes, async (pool) => {
      const calls = range(12).map((i) => i % 2 === 0 ? pool.apply(exitWith, [2]) : pool.apply(square, [i]));
      const settled = await Promise.allSettled(calls);
      settled.forEach((result, i) => {
        if (i % 2 === 0) assert.ok(result.status === "rejected" && result.reason instanceof WorkerLostError);
        else assert.deepEqual(result, { status: "fulfilled", value: i * i });
      });
      assert.equal(pool.stats().lost, 6);
    });
  }
});

test(
  "test_shutdown_deadlock: a worker that is lost while the pool closes does not keep it from closing",
  { timeout },
  async () => {
    const pool = new Pool(2);
    const lost = assert.rejects(pool.apply(exitWith, [2]), WorkerLostError);
    const done = range(10).map((x) => pool.apply(square, [x]));
    pool.close();
    await pool.join();
    await lost;
    assert.deepEqual(await Promise.all(done), range(10).map((x) => x * x));
  },
);
