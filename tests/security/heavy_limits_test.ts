import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Pool, Queue } from "../../mod.ts";
import { lengthOf } from "./fixtures/limit_tasks.ts";

const timeout = 600_000;
/** They take gigabytes and minutes. */
const skip = process.env["MANYHANDS_HEAVY"] === "1" ? false : "set MANYHANDS_HEAVY=1";

describe("Heavy limits", () => {
  test("10 million items go through map, and through imap", { timeout, skip }, async () => {
    const count = 10_000_000;
    const pool = new Pool(2);
    const isRight = (results: readonly number[]): boolean =>
      results.length === count && results.every((result, index) => result === index + 1);
    const increment = (x: number): number => x + 1;
    assert.ok(isRight(await pool.map(increment, Array.from({ length: count }, (_, index) => index))));
    let next = 1;
    const items = (function* () {
      for (let index = 0; index < count; index++) yield index;
    })();
    for await (const result of pool.imap(increment, items, { chunksize: 256 })) assert.equal(result, next++);
    assert.equal(next, count + 1);
    await pool.terminate();
  });

  // In a program of its own: what a test runner hangs on each promise would fill the heap.
  test("10 million calls wait at one time", { timeout, skip }, async () => {
    const program = fileURLToPath(new URL("./fixtures/waiting_calls.ts", import.meta.url));
    const flags = "Deno" in globalThis ? ["run", "-A", "--no-check"] : [];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, "10000000"]);
    assert.equal(stdout, "10000000\n");
  });

  for (const context of ["worker", "process"] as const) {
    test(`512 MiB go as one argument (${context})`, { timeout, skip }, async () => {
      const pool = new Pool({ processes: 1, context });
      assert.equal(await pool.apply(lengthOf, [new Uint8Array(2 ** 29)]), 2 ** 29);
      await pool.terminate();
    });
  }

  test("512 MiB go as one item of a queue", { timeout, skip }, async () => {
    const queue = new Queue<Uint8Array>();
    const bytes = new Uint8Array(2 ** 29);
    bytes[2 ** 29 - 1] = 7;
    const [item] = await Promise.all([queue.get(), queue.put(bytes)]);
    assert.deepEqual([item.length, item[2 ** 29 - 1]], [2 ** 29, 7]);
  });
});
