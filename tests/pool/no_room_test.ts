import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
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

const processes = createRequire(import.meta.url)("node:child_process") as { spawn(...args: unknown[]): ChildProcess };

/** Processes that start at the same time take the threads from each other, and end by SIGABRT. The result takes that back. */
function leaveRoomForOneStart(): () => void {
  const { spawn } = processes;
  const starting = new Set<ChildProcess>();
  processes.spawn = (...args) => {
    const child = spawn(...args);
    starting.add(child);
    for (const event of ["data", "end"]) child.stdio[3]!.once(event, () => starting.delete(child));
    if (starting.size > 1) { for (const each of starting) each.kill("SIGABRT"); }
    return child;
  };
  return () => void (processes.spawn = spawn);
}

const increment = (x: number): number => x + 1;

const pidOf = (): number => process.pid;

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

describe("Where the system has no room for processes that start side by side", () => {
  test("a pool starts them one after another until it has all", { timeout }, async () => {
    const restore = leaveRoomForOneStart();
    try {
      const pool = new Pool({ processes: 2, context: "process" });
      assert.deepEqual(await pool.map(increment, [1, 2, 3], { chunksize: 1 }), [2, 3, 4]);
      const ready = new Set<number>();
      while (ready.size < 2) for (const pid of await pool.map(pidOf, [1, 2, 3, 4], { chunksize: 1 })) ready.add(pid);
      await pool.terminate();
    } finally {
      restore();
    }
  });
});
