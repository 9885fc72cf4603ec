import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { afterEach, describe, test } from "node:test";
import { Pool, Process } from "../../mod.ts";

const timeout = 60_000;
type WorkerClass = new (...args: unknown[]) => object;

/** Where the runtime's adapter finds the class of threads. */
const place = ("Bun" in globalThis ? globalThis : createRequire(import.meta.url)("node:worker_threads")) as {
  Worker: WorkerClass;
};
const Real = place.Worker;
afterEach(() => void (place.Worker = Real));

/** The system has room for so many more threads. */
function leaveRoomFor(count: number): void {
  let left = count;
  place.Worker = class extends Real {
    constructor(...args: unknown[]) {
      if (left-- <= 0) throw Object.assign(new Error("no room"), { code: "EAGAIN" });
      super(...args);
    }
  };
}

const increment = (x: number): number => x + 1;

describe("Where the system has no room for more threads", () => {
  test("a pool works with those that it has, and gets the others once there is room", { timeout }, async () => {
    leaveRoomFor(2);
    const pool = new Pool(4);
    assert.deepEqual(await pool.map(increment, [1, 2, 3, 4, 5]), [2, 3, 4, 5, 6]);
    assert.deepEqual([pool.stats().alive, pool.stats().lost], [2, 0]);
    place.Worker = Real;
    while (pool.stats().alive < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await pool.map(increment, [1, 2, 3, 4, 5], { chunksize: 1 }), [2, 3, 4, 5, 6]);
    await pool.terminate();
  });

  test("a pool without any worker fails with the reason, after it has tried again", { timeout }, async () => {
    leaveRoomFor(0);
    const pool = new Pool(2);
    const isStartFailure = (error: unknown): boolean => {
      const { code, cause } = error as { code: string; cause: { code: string } };
      assert.deepEqual([code, cause.code], ["ERR_WORKER_START", "EAGAIN"]);
      return true;
    };
    await assert.rejects(pool.apply(increment, [1]), isStartFailure);
    await assert.rejects(pool.apply(increment, [1]), isStartFailure);
    await pool.terminate();
  });

  test("a process ends with code 1 and the reason as its error, and the next one starts", { timeout }, async () => {
    leaveRoomFor(0);
    const process = new Process({ target: increment, args: [1] });
    process.start();
    await process.join();
    assert.deepEqual([process.exitCode, (process.error as { code: string }).code], [1, "EAGAIN"]);
    place.Worker = Real;
    const next = new Process({ target: increment, args: [1] });
    next.start();
    await next.join();
    assert.equal(next.exitCode, 0);
  });
});
