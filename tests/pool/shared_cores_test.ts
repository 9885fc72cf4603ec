import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { cpuCount, Pool } from "../../mod.ts";
import { withPool } from "./fixtures/with_pool.ts";

const timeout = 60_000;
const cores = cpuCount();
const workersByDefault = {
  module: new URL("./fixtures/nested_pool.ts", import.meta.url),
  export: "workersByDefault",
};
const variable = "MANYHANDS_CPU_COUNT";

for (const context of ["worker", "inline"] as const) {
  test(`A pool in a worker has its share of the cores by default: ${context}`, { timeout }, async () => {
    const alone = await withPool({ processes: 1, context }, (pool) => pool.apply<[], number>(workersByDefault));
    assert.equal(alone, cores);
    const shared = await withPool({ processes: cores, context }, (pool) => pool.apply<[], number>(workersByDefault));
    assert.equal(shared, 1);
  });
}

test(
  "A limit of the cores that is no number is refused where a pool is made, also with a number of workers",
  { timeout },
  () => {
    const before = process.env[variable];
    process.env[variable] = "many";
    try {
      assert.throws(() => new Pool(2), { name: "RangeError", message: /MANYHANDS_CPU_COUNT/ });
    } finally {
      if (before === undefined) delete process.env[variable];
      else process.env[variable] = before;
    }
  },
);
