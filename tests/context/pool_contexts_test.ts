import assert from "node:assert/strict";
import { test } from "node:test";
import process from "node:process";
import { cpuCount, currentProcess, TimeoutError } from "../../mod.ts";
import * as tasks from "./fixtures/context_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";
import { temporaryFile } from "./temporary_file.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const squares = (count: number): number[] => range(count).map((x) => x * x);

inEachContext(declare, "test_apply, test_map, test_starmap: a pool calls functions", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  assert.equal(await pool.apply(tasks.square, [5]), 25);
  assert.equal(await pool.apply((x: number) => x + 1, [5]), 6);
  assert.deepEqual(await pool.map(tasks.square, range(100)), squares(100));
  assert.deepEqual(await pool.map(tasks.square, range(100), { chunksize: 1 }), squares(100));
  assert.deepEqual(await pool.starmap(tasks.isSquareOf, [[4, 2], [4, 3]]), [true, false]);
  assert.equal(await pool.applyAsync(tasks.square, [7]).get(), 49);
});

inEachContext(declare, "test_imap, test_imap_unordered: values come one by one", {}, async ({ Pool }) => {
  await using pool = new Pool(2);
  const inOrder: number[] = [];
  for await (const value of pool.imap(tasks.square, range(200))) inOrder.push(value);
  assert.deepEqual(inOrder, squares(200));
  const asTheyCome: number[] = [];
  for await (const value of pool.imapUnordered(tasks.square, range(200), { chunksize: 7 })) asTheyCome.push(value);
  assert.deepEqual(asTheyCome.sort((a, b) => a - b), squares(200));
});

inEachContext(
  declare,
  "nested parallelism limits threads: a pool inside of a pool has a share of the cores",
  {},
  async ({ Pool }) => {
    for (const [processes, share] of [[1, cpuCount()], [cpuCount(), 1], [2 * cpuCount(), 1]] as const) {
      await using pool = new Pool(processes);
      assert.equal(await pool.apply(tasks.nestedPoolSize), share);
    }
  },
);

inEachContext(
  declare,
  "Values arrive equal, also long ones and such as only a clone can carry",
  {},
  async ({ Pool }) => {
    await using pool = new Pool(1);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const values = [
      new Map<unknown, unknown>([[1, "one"], [{ a: 1 }, new Set([2n, -0])]]),
      new Date(5),
      /a+/gi,
      new Float64Array([1.5, NaN]),
      "\ud800 alone",
      "long ".repeat(300_000),
      new Uint8Array(2_000_000).fill(7),
      2n ** 80n,
      circle,
      [undefined, null, -0, Infinity],
    ];
    for (const value of values) assert.deepEqual(await pool.apply(tasks.echo, [value]), value);
    assert.deepEqual(await pool.map(tasks.echo, values, { chunksize: 3 }), values);
  },
);

inEachContext(declare, "Arguments and values are copies", {}, async ({ Pool }) => {
  await using pool = new Pool(1);
  const items = [1, 2, 3];
  assert.deepEqual(await pool.apply(tasks.changeAll, [items]), [0, 0, 0]);
  const later = pool.apply(tasks.echo, [items]);
  items[0] = 9;
  assert.deepEqual(await later, [1, 2, 3]);
});

inEachContext(
  declare,
  "test_traceback, test_exceptions: errors arrive whole and fail their call only",
  {},
  async ({ Pool }) => {
    await using pool = new Pool(1);
    await assert.rejects(pool.apply(tasks.raise, ["bad"]), (error) => {
      assert.ok(error instanceof RangeError && error.cause instanceof TypeError);
      assert.deepEqual([error.message, (error as RangeError & { detail?: number }).detail], ["bad", 7]);
      return true;
    });
    await assert.rejects(pool.apply(tasks.givePrivate), { name: "TaskEncodingError" });
    await assert.rejects(pool.apply({ module: import.meta.url, export: "missing" }), { name: "TaskLoadError" });
    assert.equal(await pool.apply(tasks.square, [3]), 9);
  },
);

inEachContext(declare, "An initializer runs first; one that throws fails the pool", {
  inline: "workers share the globals of the thread, so the last initializer counts for all: see docs/contexts.md",
}, async ({ Pool }) => {
  await using pool = new Pool({ processes: 2, initializer: tasks.initialize, initargs: [1, { a: [2] }] });
  for (const found of await pool.map(() => 0, range(4))) assert.equal(found, 0);
  assert.deepEqual(await pool.apply(tasks.initializedWith), [1, { a: [2] }]);
  await using failing = new Pool({ processes: 1, initializer: tasks.failToInitialize });
  await assert.rejects(failing.apply(tasks.square, [1]), { code: "ERR_INITIALIZER" });
});

inEachContext(declare, "A task that takes too long fails by itself", {}, async ({ Pool }) => {
  using file = temporaryFile();
  await using pool = new Pool({ processes: 1, taskTimeout: 3000 });
  await assert.rejects(pool.apply(tasks.waitForEver, [file.path]), TimeoutError);
  assert.equal(await pool.apply(tasks.square, [4]), 16);
});

inEachContext(declare, "test_pool_worker_lifetime: fresh workers take over", {}, async ({ Pool }) => {
  await using pool = new Pool({ processes: 1, maxTasksPerChild: 2 });
  const idents: number[] = [];
  for (let i = 0; i < 6; i++) idents.push((await pool.apply(tasks.tellSelf)).ident);
  assert.equal(new Set(idents).size, 3);
});

inEachContext(declare, "close lets all work end; terminate rejects what is pending", {}, async ({ Pool }) => {
  const pool = new Pool(2);
  const work = pool.map(tasks.square, range(50), { chunksize: 1 });
  pool.close();
  assert.deepEqual(await work, squares(50));
  await pool.join();
  assert.deepEqual([pool.stats().state, pool.stats().alive], ["closed", 0]);
  using file = temporaryFile();
  const other = new Pool(1);
  const pending = assert.rejects(other.apply(tasks.waitForEver, [file.path]), { code: "ERR_POOL_CLOSED" });
  await tasks.begun(file.path);
  await other.terminate();
  await pending;
});

inEachContext(declare, "A worker knows itself and its parent", {}, async (context) => {
  await using pool = new context.Pool({ processes: 1, name: "Known" });
  const self = await pool.apply(tasks.tellSelf);
  const method = context.getStartMethod();
  assert.deepEqual([self.name, self.parent, self.method], ["Known-worker-1", currentProcess().ident, method]);
  assert.equal(self.pid, self.systemPid);
  assert.equal(self.isMain, method === "inline");
  assert.equal(self.pid !== process.pid, method === "process");
  assert.equal(self.ident === self.pid, method === "process");
  assert.equal(currentProcess().name, "MainProcess");
});

inEachContext(
  declare,
  "Pools and processes inside of a worker are allowed, in the same context",
  {},
  async (context) => {
    await using pool = new context.Pool(1);
    assert.equal(await pool.apply(tasks.sumInPool, [10]), 285);
    const [code, isApart, name] = await pool.apply(tasks.startChild);
    assert.deepEqual([code, isApart], [0, context.getStartMethod() === "process"]);
    assert.match(name, /^Process-\d+:\d+$/);
  },
);
