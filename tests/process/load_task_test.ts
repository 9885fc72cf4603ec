import assert from "node:assert/strict";
import { test } from "node:test";
import { CapturedVariableError, isMainProcess, Pool, task } from "../../mod.ts";
import { increment } from "./fixtures/increment.ts";

const timeout = 60_000;
const base = Number("40");

async function withWorker<R>(use: (pool: Pool) => Promise<R>): Promise<R> {
  const pool = new Pool(1);
  try {
    return await use(pool);
  } finally {
    await pool.terminate();
  }
}

test(
  "A marked function stays callable, and runs in a worker with all of its module",
  { timeout },
  () =>
    withWorker(async (pool) => {
      assert.equal(increment(1), 2);
      assert.equal(await pool.apply(increment, [1]), 2);
      const module = new URL("./fixtures/increment.ts", import.meta.url);
      assert.equal(await pool.apply({ module, export: "increment" }, [4]), 5);
      assert.equal(await pool.apply({ module: module.href, export: "increment" }, [4]), 5);
    }),
);

test("task wants a function with a name and a module's URL", { timeout }, () => {
  assert.throws(() => task(import.meta, 5 as never), {
    name: "TypeError",
    message: /expected a function, found number/,
  });
  assert.throws(() => task(import.meta, () => {}), { name: "TypeError", message: /without a name/ });
  assert.throws(() => task("./tasks.ts", function f() {}), {
    name: "TypeError",
    message: /import\.meta or a module's URL/,
  });
  assert.equal(typeof task(import.meta, () => {}, { name: "given" }), "function");
});

test(
  "Functions go by their source text: arrow, function, async and method",
  { timeout },
  () =>
    withWorker(async (pool) => {
      const holder = {
        method(x: number): number {
          return x + 1;
        },
        async asyncMethod(x: number): Promise<number> {
          return await x + 2;
        },
        ["computed-name"](x: number): number {
          return x + 3;
        },
      };
      assert.equal(await pool.apply((x: number) => x * 2, [4]), 8);
      assert.equal(await pool.apply(async (x: number) => await x * 3, [4]), 12);
      assert.equal(
        await pool.apply(function named(x: number): number {
          return x < 2 ? 1 : x * named(x - 1);
        }, [5]),
        120,
      );
      assert.equal(await pool.apply(holder.method, [4]), 5);
      assert.equal(await pool.apply(holder.asyncMethod, [4]), 6);
      assert.equal(await pool.apply(holder["computed-name"], [4]), 7);
    }),
);

test("deps gives a function its values and functions", { timeout }, () =>
  withWorker(async (pool) => {
    // Not a literal, which Bun would put in the place of the name.
    const offset = Number("5");
    const half = (x: number): number => x / 2;
    assert.equal(await pool.apply((x: number) => half(x) + offset, [8], { deps: { offset, half } }), 9);
    assert.deepEqual(await pool.map((x: number) => half(x) + offset, [8, 10], { deps: { offset: 1, half } }), [5, 6]);
    await assert.rejects(pool.apply((x: number) => x, [1], { deps: { "not-a-name": 1 } }), {
      name: "TaskEncodingError",
    });
  }));

test(
  "A function that captures a variable is refused by the variable's name, with what to do",
  { timeout },
  () =>
    withWorker(async (pool) => {
      const calls = [pool.apply((x: number) => x + base, [2]), pool.apply(async (x: number) => await x + base, [2])];
      for (const call of calls) {
        await assert.rejects(call, (error: CapturedVariableError) => {
          assert.ok(error instanceof CapturedVariableError);
          assert.equal(error.variable, "base");
          assert.match(error.message, /deps: \{ base \}.*task\(import\.meta/);
          return true;
        });
      }
    }),
);

test("Functions of the language itself are tasks, by their names", { timeout }, () =>
  withWorker(async (pool) => {
    assert.equal(await pool.apply(Math.sqrt, [4]), 2);
    assert.deepEqual(await pool.map(Number, ["1", "0x10", "one"]), [1, 16, NaN]);
    assert.deepEqual(await pool.map(JSON.parse, ["[1]", '{"a":2}']), [[1], { a: 2 }]);
    assert.deepEqual(await pool.starmap(parseInt, [["77", 8], ["ff", 16]]), [63, 255]);
    assert.equal(await pool.apply(String.fromCharCode, [104, 105]), "hi");
    await assert.rejects(pool.apply(JSON.parse, ["{"]), SyntaxError);
  }));

test("Other native functions, bound ones and classes are refused", { timeout }, () =>
  withWorker(async (pool) => {
    class Point {}
    await assert.rejects(pool.apply(Array.prototype.slice, []), { name: "TaskLoadError", message: /native or bound/ });
    await assert.rejects(pool.apply(((x: number) => x).bind(null), [4]), {
      name: "TaskLoadError",
      message: /native or bound/,
    });
    await assert.rejects(pool.apply(Point as never), { name: "TaskLoadError", message: /is a class/ });
    await assert.rejects(pool.apply({ module: "./tasks.ts", export: "f" }), {
      name: "TaskLoadError",
      message: /absolute URL/,
    });
  }));

test("isMainProcess is true here and false in a worker", { timeout }, () =>
  withWorker(async (pool) => {
    assert.equal(isMainProcess, true);
    const module = new URL("./fixtures/increment.ts", import.meta.url);
    assert.equal(await pool.apply({ module, export: "isMain" }), false);
  }));
