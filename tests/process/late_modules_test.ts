import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  JoinableQueue,
  Lock,
  Manager,
  Pipe,
  Pool,
  Process,
  Queue,
  RLock,
  Semaphore,
  ShareableList,
  SharedArray,
  SharedMemory,
  SharedValue,
  SimpleQueue,
} from "../../mod.ts";

const timeout = 60_000;
const module = new URL("./fixtures/bare_targets.mjs", import.meta.url);
const from = (name: string) => ({ module, export: name });

/** One of each class that can be sent to a thread. */
function oneOfEach(): object[] {
  return [
    new Lock(),
    new RLock(),
    new Semaphore(2),
    new BoundedSemaphore(2),
    new Event(),
    new Condition(),
    new Barrier(2),
    new SharedArray("i", 2),
    new SharedArray("d", [1, 2], { lock: false }),
    new SharedValue("i", 1),
    new SharedMemory({ create: true, size: 16 }),
    new ShareableList([1, "two"]),
    new Queue(),
    new JoinableQueue(),
    new SimpleQueue(),
    Pipe()[0],
  ];
}

const manager = await Manager();
after(() => manager.shutdown());

async function oneOfEachAndProxies(): Promise<object[]> {
  return [...oneOfEach(), await manager.dict(), await manager.list(), await manager.Queue(), await manager.Lock()];
}

const nameOf = (value: object): string => value.constructor.name;

async function run(target: ReturnType<typeof from>, args: unknown[]): Promise<void> {
  const child = new Process({ target, args: args as never[] });
  child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
}

describe("A worker whose module imports nothing receives each class", () => {
  test("nested in arguments", { timeout }, async () => {
    const nested = await oneOfEachAndProxies();
    const names = new Queue<string[]>();
    await run(from("tellArguments"), [names, { nested }]);
    assert.deepEqual(await names.get(), nested.map(nameOf));
  });

  for (const target of ["tellItems", "tellItemsSync"]) {
    test(`from a queue, by ${target === "tellItems" ? "get" : "getSync"}`, { timeout }, async () => {
      const values = await oneOfEachAndProxies();
      const [names, queue] = [new Queue<string[]>(), new Queue<object>()];
      const running = run(from(target), [names, queue, values.length]);
      for (const value of values) await queue.put(value);
      await running;
      assert.deepEqual(await names.get(), values.map(nameOf));
    });
  }

  test("from a pipe", { timeout }, async () => {
    const values = await oneOfEachAndProxies();
    const names = new Queue<string[]>();
    const [here, there] = Pipe();
    const running = run(from("tellMessages"), [names, there, values.length]);
    for (const value of values) await here.send(value);
    await running;
    assert.deepEqual(await names.get(), values.map(nameOf));
  });

  test("in tasks of a pool, after plain ones, and gives it back", { timeout }, async () => {
    const values = await oneOfEachAndProxies();
    const pool = new Pool(1);
    assert.equal(await pool.apply(from("count"), [1, 2]), 2);
    const [names, back] = await pool.apply(from("giveBack"), [values]) as [string[], object[]];
    assert.deepEqual(names, values.map(nameOf));
    assert.deepEqual(back.map(nameOf), names);
    await pool.terminate();
  });

  for (const value of oneOfEach()) {
    test(`${nameOf(value)}, alone, as the first thing beyond numbers`, { timeout }, async () => {
      const pool = new Pool(1);
      const name = await pool.apply((it: object) => it.constructor.name, [value]);
      assert.equal(name, nameOf(value));
      await pool.terminate();
    });
  }
});

describe("A worker that has loaded little", () => {
  test("calls a target with numbers, text and short lists", { timeout }, async () => {
    const child = new Process({ target: from("exitWell"), args: [1, "two", [3, 4], true, null] as never[] });
    child.start();
    await child.join();
    assert.equal(child.exitCode, 3);
  });

  for (const target of ["failWithFields", "failLater"]) {
    test(`tells all of an error (${target})`, { timeout }, async () => {
      const child = new Process({ target: from(target) });
      child.start();
      await child.join();
      assert.equal(child.exitCode, 1);
      const error = child.error as RangeError & { field: unknown };
      assert.ok(error instanceof RangeError);
      assert.equal(error.message, "Out of range");
      // Threads of Bun's test runner end by any uncaught error in a callback before they can tell of it.
      if (target === "failLater" && "Bun" in globalThis) return;
      assert.deepEqual(error.field, [1, { two: 2 }]);
      assert.ok(error.cause instanceof TypeError);
    });
  }

  test("runs a function with values and functions of its deps", { timeout }, async () => {
    const pool = new Pool(1);
    const deps = { table: { a: [1, 2, { b: 3 }] }, factor: 2, twice: (x: number) => 2 * x };
    // deno-lint-ignore no-explicit-any
    const { table, factor, twice } = {} as any;
    const found = await pool.apply((x: number) => [twice(x), factor, table], [5], { deps });
    assert.deepEqual(found, [10, 2, deps.table]);
    await pool.terminate();
  });

  test("answers with objects, errors and structured clones as its first answer", { timeout }, async () => {
    const shared = () => new Int32Array(new SharedArrayBuffer(4));
    const first = async (fn: () => unknown): Promise<unknown> => {
      const pool = new Pool(1);
      const result = await pool.apply(fn);
      await pool.terminate();
      return result;
    };
    assert.deepEqual(await first(() => ({ a: 1 })), { a: 1 });
    assert.equal((await first(() => [new Error("e")]) as Error[])[0]!.message, "e");
    assert.ok((await first(shared) as Int32Array).buffer instanceof SharedArrayBuffer);
    await assert.rejects(
      first(() => {
        throw new RangeError("no");
      }),
      RangeError,
    );
  });
});
