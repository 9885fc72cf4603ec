import assert from "node:assert/strict";
import { test } from "node:test";
import * as tasks from "./fixtures/context_tasks.ts";
import { type Declare, inEachContext } from "./in_each_context.ts";

const declare: Declare = (title, options, body) => void test(title, options, body);

inEachContext(
  declare,
  "test_pool_in_process, test_dict: a manager's objects are shared in every context",
  {},
  async (context) => {
    const manager = await context.Manager();
    try {
      const dict = await manager.dict<string, number>([["a", 1]]);
      await using pool = new context.Pool(2);
      await pool.starmap(tasks.putSquare, [[dict, 2], [dict, 3]]);
      assert.deepEqual(await Promise.all(["a", "2", "3"].map((key) => dict.get(key))), [1, 4, 9]);
      const child = new context.Process({ target: tasks.putSquare, args: [dict, 4] });
      child.start();
      await child.join();
      assert.deepEqual([child.exitCode, await dict.get("4")], [0, 16]);
    } finally {
      await manager.shutdown();
    }
  },
);
