import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  getAllStartMethods,
  getContext,
  getStartMethod,
  Lock,
  ManyhandsError,
  Pool,
  Process,
  Queue,
  setStartMethod,
} from "../../mod.ts";
import { tellSelf } from "./fixtures/context_tasks.ts";

const timeout = 60_000;

describe("TestStartMethod", () => {
  test("test_get_all_start_methods: threads are the default", { timeout }, () => {
    assert.deepEqual(getAllStartMethods(), ["worker", "process", "inline"]);
    assert.equal(getStartMethod(), "worker");
  });

  test("test_context: each method has a context, with every class", { timeout }, () => {
    for (const method of getAllStartMethods()) {
      const context = getContext(method);
      assert.equal(context.getStartMethod(), method);
      assert.equal(getContext(method), context);
      assert.ok(new context.Process({ target: () => {} }) instanceof Process);
      assert.equal(context.Process.name, "Process");
      assert.equal(context.Pool.name, "Pool");
      assert.deepEqual([context.Lock, context.Queue], [Lock, Queue]);
      assert.throws(() => context.setStartMethod(), { code: "ERR_CONTEXT_SET" });
      assert.throws(() => new context.Pool("2" as never), TypeError);
    }
    assert.equal(getContext(), getContext("worker"));
  });

  test("What is no context is refused with what there is", { timeout }, () => {
    const expected = {
      name: "RangeError",
      message: 'Cannot find context "fork": expected "worker", "process", "inline"',
    };
    for (const name of ["fork", "", null, 5]) assert.throws(() => getContext(name as "worker"), RangeError);
    assert.throws(() => getContext("fork" as "worker"), expected);
    assert.throws(() => setStartMethod("fork" as "worker", true), expected);
    assert.throws(() => new Pool({ context: "fork" as "worker" }), expected);
    assert.throws(() => new Process({ target: () => {}, context: "fork" as "worker" }), expected);
  });

  test(
    "test_set_get: the method that is set counts where none is named, and children have it",
    { timeout },
    async () => {
      try {
        for (const method of getAllStartMethods()) {
          setStartMethod(method, true);
          assert.equal(getStartMethod(), method);
          assert.equal(getContext(), getContext(method));
          assert.throws(() => setStartMethod("worker"), (error) => {
            assert.ok(error instanceof ManyhandsError);
            assert.equal(error.code, "ERR_CONTEXT_SET");
            return true;
          });
          await using pool = new Pool(1);
          assert.equal((await pool.apply(tellSelf)).method, method);
        }
      } finally {
        setStartMethod("worker", true);
      }
    },
  );
});
