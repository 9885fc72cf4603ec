import assert from "node:assert/strict";
import { describe, test } from "node:test";
import process from "node:process";
import { inspect } from "node:util";
import { threadId } from "node:worker_threads";
import {
  activeChildren,
  cpuCount,
  currentProcess,
  Event,
  parentProcess,
  Pool,
  Process,
  SharedArray,
  TaskEncodingError,
  waitable,
} from "../../mod.ts";
import * as targets from "./fixtures/process_targets.ts";

const timeout = 60_000;

function flag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

async function raised(begun: Int32Array): Promise<void> {
  const wait = Atomics.waitAsync(begun, 0, 0);
  if (wait.async) await wait.value;
}

async function ended<A extends unknown[]>(child: Process<A>): Promise<Process<A>> {
  child.start();
  await child.join();
  return child;
}

describe("_TestProcess", () => {
  test("test_current: the main process is alive under its own name and number", { timeout }, () => {
    const { name, pid, daemon } = currentProcess();
    assert.deepEqual({ name, pid, daemon }, { name: "MainProcess", pid: process.pid, daemon: false });
    assert.equal(parentProcess(), null);
    assert.deepEqual([currentProcess().isAlive(), currentProcess().exitCode], [true, null]);
    assert.equal(currentProcess(), currentProcess());
    assert.equal(currentProcess().signal.aborted, false);
  });

  test("test_args_argument: arguments reach the target equal", { timeout }, async () => {
    const args = [1, "str", [1], { hello: 23, bye: 2.54 }];
    assert.equal((await ended(new Process({ target: targets.expectArguments, args }))).exitCode, 0);
    assert.equal((await ended(new Process({ target: targets.expectArguments, args: [2] }))).exitCode, 1);
  });

  test("test_daemon_argument: daemon is inherited; what is given wins", { timeout }, () => {
    const target = () => {};
    assert.equal(new Process({ target }).daemon, false);
    assert.equal(new Process({ target, daemon: true }).daemon, true);
    assert.equal(new Process({ target, daemon: false }).daemon, false);
  });

  test("test_parent_process_attributes: a child knows itself and its parent", { timeout }, async () => {
    const child = await ended(new Process({ target: targets.tellIdentity, name: "SomeProcess", daemon: true }));
    const { own, parent } = child.error as unknown as Record<string, unknown>;
    assert.deepEqual(parent, targets.plain(currentProcess()));
    assert.deepEqual(own, { name: "SomeProcess", pid: child.pid, ident: child.ident, daemon: true });
    assert.notEqual(child.ident, currentProcess().ident);
  });

  test("test_process, test_active_children: the handle tells of the life of its process", { timeout }, async () => {
    const begun = flag();
    const child = new Process({ target: targets.waitForEver, args: [begun] });
    const state = () => [child.isAlive(), child.exitCode, child.exitReason, activeChildren().includes(child as never)];
    assert.deepEqual(state(), [false, null, null, false]);
    assert.deepEqual([child.pid, child.ident], [null, null]);
    child.start();
    await raised(begun);
    assert.deepEqual(state(), [true, null, null, true]);
    assert.equal(await child.join(0), false);
    child.terminate();
    assert.equal(await child.join(), true);
    assert.deepEqual(state(), [false, -15, "killed", false]);
    assert.equal(await child.exited, -15);
    child.terminate();
    assert.equal(child.exitCode, -15);
  });

  test("test_kill: a process is ended at once, with -9", { timeout }, async () => {
    const begun = flag();
    const child = new Process({ target: targets.waitForEver, args: [begun] });
    child.start();
    await raised(begun);
    child.kill();
    await child.join();
    assert.deepEqual([child.exitCode, child.exitReason], [-9, "killed"]);
  });

  test("test_parent_process: a process below one that was terminated goes with it", { timeout }, async () => {
    const [begun, items] = [new Event(), new SharedArray("i", 2)];
    const child = new Process({ target: targets.startWatcher, args: [begun, items] });
    child.start();
    await begun.wait();
    assert.equal(items.get(0), 1);
    child.terminate();
    await child.join();
    const counter = new Process({ target: targets.startCounter, args: [begun, items] });
    begun.clear();
    counter.start();
    await begun.wait();
    counter.terminate();
    await counter.join();
    let last = -1;
    // Either it has ended with its parent, or it does so soon.
    while (last !== items.get(0)) {
      last = items.get(0);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    items.dispose();
  });

  test("test_sentinel: a process can be waited for like a queue, once it is started", { timeout }, async () => {
    const begun = new Event();
    const child = new Process({ target: targets.waitFor, args: [begun] });
    assert.throws(() => child[waitable](), { code: "ERR_PROCESS_NOT_STARTED" });
    child.start();
    const readiness = child[waitable]();
    assert.equal(readiness.isReady(), false);
    await readiness.whenReady(AbortSignal.abort());
    const ready = readiness.whenReady(new AbortController().signal);
    begun.set();
    await ready;
    assert.equal(readiness.isReady(), true);
  });

  test("test_lose_target_ref: a process that was started holds its arguments no longer", { timeout }, async () => {
    const collect = (globalThis as { gc?: () => void }).gc ?? (globalThis as { Bun?: { gc(force: boolean): void } }).Bun
      ?.gc.bind(null, true);
    const makeChild = (): [Process<[object]>, WeakRef<object>] => {
      const argument = { large: "x" };
      return [new Process({ target: (_: object) => {}, args: [argument] }), new WeakRef(argument)];
    };
    const [child, argument] = makeChild();
    await ended(child);
    assert.equal(child.exitCode, 0);
    if (collect === undefined) return;
    for (let attempt = 0; argument.deref() !== undefined && attempt < 100; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
    }
    assert.equal(argument.deref(), undefined);
  });

  test("test_process_mainthread_native_id: a child runs in a thread of its own", { timeout }, async () => {
    const child = await ended(new Process({ target: targets.tellThread }));
    assert.notEqual((child.error as Error & { thread: number }).thread, threadId);
  });

  test("test_cpu_count: a whole number from 1 on", { timeout }, () => {
    assert.ok(Number.isInteger(cpuCount()) && cpuCount() >= 1);
  });

  test("test_recursion: processes start processes, depth first", { timeout }, async () => {
    const log = new SharedArray("i", 8);
    const root = await ended(new Process({ target: targets.growTree, args: [log, 0, 0] }));
    assert.equal(root.exitCode, 0);
    assert.deepEqual(log.toArray(), [7, 0, 1, 11, 12, 2, 21, 22]);
    log.dispose();
  });

  test("test_many_processes: all end by themselves, or all are terminated", { timeout }, async () => {
    const short = Array.from({ length: 5 }, () => new Process({ target: () => {} }));
    for (const child of short) child.start();
    for (const child of short) await child.join();
    assert.deepEqual(short.map((child) => child.exitCode), [0, 0, 0, 0, 0]);
    const waiting = Array.from({ length: 5 }, () => new Process({ target: targets.waitForEver, args: [flag()] }));
    for (const child of waiting) child.start();
    for (const child of waiting) child.terminate();
    for (const child of waiting) await child.join();
    assert.deepEqual(waiting.map((child) => child.exitCode), [-15, -15, -15, -15, -15]);
  });

  test("test_wait_for_threads: pending timers are waited for, unreferenced ones are not", { timeout }, async () => {
    const items = new SharedArray("i", 1);
    const child = await ended(new Process({ target: targets.setLater, args: [items] }));
    assert.deepEqual([child.exitCode, items.get(0)], [0, 1]);
    items.dispose();
  });
});

describe("The end of a process", () => {
  test("test_stderr_flush: an uncaught error gives code 1 and stays whole", { timeout }, async () => {
    const child = await ended(new Process({ target: targets.fail, args: ["broken"] }));
    assert.deepEqual([child.exitCode, child.exitReason], [1, "error"]);
    assert.ok(child.error instanceof RangeError);
    assert.equal(child.error.message, "broken");
    assert.ok(child.error.cause instanceof TypeError);
  });

  test("An error in a callback ends the process as one in the target does", { timeout }, async () => {
    const child = await ended(new Process({ target: targets.failLater, args: ["late"] }));
    assert.deepEqual([child.exitCode, child.exitReason, (child.error as Error).message], [1, "error", "late"]);
  });

  test("Two errors at once end it as one does, and what is unheard of at its exit does not hold it up", {
    timeout,
  }, async () => {
    const failed = await ended(new Process({ target: targets.endTwice }));
    assert.deepEqual([failed.exitCode, failed.exitReason], [1, "error"]);
    const exited = await ended(new Process({ target: targets.endTwice, args: [7] }));
    assert.deepEqual([exited.exitCode, exited.exitReason], [7, "exit"]);
  });

  for (const code of [0, 1, 8]) {
    test(`test_sys_exit: process.exit(${code}) gives code ${code}`, { timeout }, async () => {
      const child = await ended(new Process({ target: targets.exitWith, args: [code] }));
      assert.deepEqual([child.exitCode, child.exitReason, child.error], [code, "exit", undefined]);
    });
  }
});

describe("What a process throws", () => {
  for (const value of [[1, 2, 3], "ignore this", null, 0]) {
    test(`test_sys_exit: ${JSON.stringify(value)}, which is no error, gives code 1`, { timeout }, async () => {
      const child = await ended(new Process({ target: targets.throwValue, args: [value] }));
      assert.deepEqual([child.exitCode, child.exitReason, child.error], [1, "error", value]);
    });
  }

  test("A rejection that nobody handles ends the process", { timeout }, async () => {
    const child = await ended(new Process({ target: targets.rejectUnheard }));
    assert.deepEqual([child.exitCode, child.exitReason], [1, "error"]);
    assert.ok(child.error instanceof RangeError);
  });
});

describe("join", () => {
  test("A wait can be limited and given up; the process goes on", { timeout }, async () => {
    const event = new Event();
    const child = new Process({ target: targets.waitFor, args: [event] });
    child.start();
    assert.equal(await child.join(-1), false);
    assert.equal(await child.join({ timeout: 20 }), false);
    const reason = new Error("no patience");
    await assert.rejects(child.join({ signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const joined = child.join({ signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(joined, reason);
    await assert.rejects(child.join(NaN), RangeError);
    event.set();
    assert.equal(await child.join({ timeout: Infinity }), true);
    assert.equal(await child.join(0), true);
  });
});

describe("The text of a process", () => {
  test("It tells name, number, parent and state, as Python's does", { timeout }, async () => {
    const { pid } = process;
    const event = new Event();
    const child = new Process({ target: targets.waitFor, args: [event], name: "Kim", daemon: true });
    assert.equal(String(child), `<Process name='Kim' parent=${pid} initial daemon>`);
    child.start();
    assert.equal(String(child), `<Process name='Kim' pid=${pid} parent=${pid} started daemon>`);
    child.terminate();
    await child.join();
    assert.equal(inspect(child), `<Process name='Kim' pid=${pid} parent=${pid} stopped exitcode=-SIGTERM daemon>`);
    child.close();
    assert.equal(String(child), "<Process name='Kim' closed>");
    const other = await ended(new Process({ target: targets.exitWith, args: [3], name: "Lee" }));
    assert.match(String(other), / stopped exitcode=3>$/);
  });
});

describe("Names", () => {
  test("Default names count the processes of their maker; given ones are kept", { timeout }, async () => {
    const [first, second] = [new Process({ target: () => {} }), new Process({ target: () => {} })];
    const number = Number(/^Process-(\d+)$/.exec(first.name)?.[1]);
    assert.equal(second.name, `Process-${number + 1}`);
    assert.equal(new Process({ target: () => {}, name: "Test" }).name, "Test");
    const nesting = await ended(new Process({ target: targets.tellNestedName }));
    assert.equal((nesting.error as Error & { nested: string }).nested, `${nesting.name}:1`);
  });

  test("A pool's worker is a daemon under its own name", { timeout }, async () => {
    const pool = new Pool({ processes: 1, name: "Hands" });
    const error = await pool.apply(targets.tellIdentity).catch((reason) => reason);
    assert.equal(error.own.name, "Hands-worker-1");
    assert.equal(error.own.daemon, true);
    assert.deepEqual(error.parent, targets.plain(currentProcess()));
    await pool.terminate();
  });
});

describe("Misuse", () => {
  test("A process is started once", { timeout }, async () => {
    const child = await ended(new Process({ target: () => {} }));
    assert.throws(() => child.start(), { code: "ERR_PROCESS_STARTED" });
  });

  test("What was not started cannot be joined or ended", { timeout }, async () => {
    const child = new Process({ target: () => {} });
    await assert.rejects(child.join(), { code: "ERR_PROCESS_NOT_STARTED" });
    assert.throws(() => child.terminate(), { code: "ERR_PROCESS_NOT_STARTED" });
    assert.throws(() => child.kill(), { code: "ERR_PROCESS_NOT_STARTED" });
  });

  test("A process that runs cannot be closed; a closed handle cannot be used", { timeout }, async () => {
    const child = new Process({ target: () => {} });
    child.start();
    assert.throws(() => child.close(), { code: "ERR_PROCESS_RUNNING" });
    await child.join();
    child.close();
    child.close();
    assert.throws(() => child.isAlive(), { code: "ERR_PROCESS_CLOSED" });
    assert.throws(() => child.start(), { code: "ERR_PROCESS_CLOSED" });
    assert.throws(() => child.exitCode, { code: "ERR_PROCESS_CLOSED" });
    await assert.rejects(child.join(), { code: "ERR_PROCESS_CLOSED" });
  });

  test("What cannot be sent is refused at the start, with its path", { timeout }, () => {
    const child = new Process({ target: (_: unknown) => {}, args: [{ on: () => {} }] });
    assert.throws(() => child.start(), (error) => error instanceof TaskEncodingError && error.path === "args[0].on");
    assert.equal(child.isAlive(), false);
  });

  test("Arguments are a list, daemon is a boolean, what join gets is a time or options", { timeout }, async () => {
    assert.throws(() => new Process({ target: () => {}, args: 5 as never }), TypeError);
    assert.throws(() => new Process({ target: () => {}, daemon: "yes" as never }), TypeError);
    const child = new Process({ target: () => {} });
    child.start();
    await assert.rejects(child.join("x" as never), TypeError);
    assert.equal(await child.join(), true);
  });

  test("A context that is none is not there", { timeout }, () => {
    assert.throws(() => new Process({ target: () => {}, context: "fork" as "worker" }), RangeError);
  });
});
