import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Pool } from "../../mod.ts";
import { collected } from "../conformance/fixtures/collected.ts";

const timeout = 60_000;
const POOLS = 4;

/** What a pool that has worked and ended was given. */
async function givenTo(end: "terminate" | "close"): Promise<WeakRef<object>> {
  const given = { of: end };
  const pool = new Pool({ processes: 1, initializer: (_: object) => {}, initargs: [given] });
  assert.deepEqual(await pool.map((x: number) => 2 * x, [1, 2, 3]), [2, 4, 6]);
  if (end === "terminate") await pool.terminate();
  else {
    pool.close();
    await pool.join();
  }
  return new WeakRef(given);
}

describe("A pool that has ended", () => {
  for (const end of ["terminate", "close"] as const) {
    test(`lets go of what it was given, after ${end}`, { timeout }, async () => {
      const references: WeakRef<object>[] = [];
      for (let i = 0; i < POOLS; i++) references.push(await givenTo(end));
      // A collector that looks through the stack may find the last one there.
      await collected(references.slice(0, -1));
    });
  }
});
