import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  AuthenticationError,
  BaseManager,
  ClosedError,
  Event,
  getAllStartMethods,
  Listener,
  Manager,
  ManagerLostError,
  type ManagerOptions,
  OwnerDiedError,
  Process,
  SharedArray,
  type StartMethod,
  SyncManager,
  TaskEncodingError,
} from "../../mod.ts";
import { type DeclareSuite, describeInEachContext } from "../context/in_each_context.ts";
import * as targets from "./fixtures/manager_targets.ts";

const timeout = 60_000;
const declareSuite: DeclareSuite = (title, body) => void describe(title, body);

async function withManager(use: (manager: SyncManager) => Promise<void>, options?: ManagerOptions): Promise<void> {
  const manager = await Manager(options);
  try {
    await use(manager);
  } finally {
    await manager.shutdown();
  }
}

async function runChild<A extends unknown[]>(
  target: (...args: A) => unknown,
  args: A,
  context: StartMethod = "worker",
): Promise<void> {
  const child = new Process({ target, args, context });
  child.start();
  await child.join();
  assert.equal(child.exitCode, 0);
}

describeInEachContext(declareSuite, "_TestMyManager", (context) => {
  async function useMyManager(manager: targets.MyManager): Promise<void> {
    const foo = await manager.create("Foo");
    const bar = await manager.create("Bar");
    assert.equal(await foo.call("f"), "f()");
    await assert.rejects(foo.call("g"), (error) => error instanceof RangeError && error.message === "g()");
    await assert.rejects(foo.call("_h"), { code: "ERR_NOT_EXPOSED" });
    assert.equal(await bar.call("f"), "f()");
    assert.equal(await bar.call("_h"), "_h()");
    await assert.rejects(bar.call("g"), { code: "ERR_NOT_EXPOSED" });
    assert.equal(await (bar as unknown as { f(): Promise<string> }).f(), "f()");
    assert.equal("g" in bar, false);
    const found: unknown[] = [];
    const squares = await manager.create("Squares");
    for await (const square of await squares.call("all") as AsyncIterable<number>) found.push(square);
    assert.deepEqual(found, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
  }

  test("test_mymanager: what is exposed can be called, what is not cannot", { timeout }, async () => {
    const manager = await new targets.MyManager({ context }).start();
    await useMyManager(manager);
    await manager.shutdown();
    assert.ok([0, -15].includes(manager.serverProcess!.exitCode!));
  });

  test("test_mymanager_context, test_mymanager_context_prestarted: dispose shuts down", { timeout }, async () => {
    const manager = await new targets.MyManager({ context }).start();
    await useMyManager(manager);
    await manager[Symbol.asyncDispose]();
    assert.ok([0, -15].includes(manager.serverProcess!.exitCode!));
    await manager[Symbol.asyncDispose]();
  });

  test("A registered type is a method of its managers, and of no others", { timeout }, async () => {
    const manager = await new targets.MyManager({ context }).start();
    const make = manager as unknown as { Foo(): Promise<{ f(): Promise<string> }> };
    assert.equal(await (await make.Foo()).f(), "f()");
    await assert.rejects(manager.create("Baz"), { code: "ERR_NO_TYPE" });
    assert.equal("Foo" in BaseManager.prototype, false);
    assert.throws(() => targets.MyManager.register("start"), TypeError);
    await manager.shutdown();
  });
});

describeInEachContext(declareSuite, "_TestRemoteManager", (context) => {
  const authkey = "a key of the two";

  test("test_remote: another process connects by address and key; both have the same object", { timeout }, async () => {
    const values = ["hello world", null, true, 2.25, "hall\xe5 v\xe4rlden", "привет", new Uint8Array([0xe9, 1])];
    const manager = await new targets.RemoteManager({ address: "127.0.0.1:0", authkey, context }).start();
    await runChild(targets.putRemotely, [manager.address, authkey, values], context);
    const client = await new targets.RemoteManager({ address: manager.address, authkey }).connect();
    const proxy = await client.create("getShared");
    for (const [index, value] of values.entries()) assert.deepEqual(await proxy.call("get", [String(index)]), value);
    assert.equal(await proxy.call("get", ["refused"]), "TaskEncodingError");
    await client.shutdown();
    assert.equal(await (await manager.create("getShared")).call("get", ["0"]), "hello world");
    await manager.shutdown();
  });

  test("Without the key nobody connects; without an address there is nowhere to", { timeout }, async () => {
    const manager = await new SyncManager({ authkey, context }).start();
    await assert.rejects(new SyncManager({ address: manager.address }).connect(), AuthenticationError);
    await assert.rejects(new SyncManager().connect(), RangeError);
    const { address } = manager;
    await manager.shutdown();
    await assert.rejects(new SyncManager({ address, authkey }).connect(), ManagerLostError);
  });
});

describeInEachContext(declareSuite, "_TestManagerRestart", (context) => {
  test("test_rapid_restart: the address is free again at once", { timeout }, async () => {
    const first = await new SyncManager({ address: "127.0.0.1:0", authkey: "k", context }).start();
    const { address } = first;
    await first.shutdown();
    const second = await new SyncManager({ address, authkey: "k", context }).start();
    assert.deepEqual(second.address, address);
    await second.shutdown();
  });
});

describe("The start", () => {
  for (const context of getAllStartMethods()) {
    test(`test_manager_initializer: it runs once, in the server, with its arguments [${context}]`, {
      timeout,
    }, async () => {
      await assert.rejects(new SyncManager({ context }).start(1 as never), TypeError);
      const manager = await new targets.RemoteManager({ context }).start(targets.begin, [null as never, [1, 2]]);
      assert.deepEqual(await (await manager.create("getShared")).call("get", ["begun"]), [1, 2]);
      await assert.rejects(manager.start(), { code: "ERR_MANAGER_STARTED" });
      await manager.shutdown();
      await assert.rejects(new SyncManager({ context }).start(targets.failToBegin), { message: "not today" });
    });
  }

  test("What fails in it rejects the start", { timeout }, async () => {
    await assert.rejects(new SyncManager().start(targets.failToBegin), (error) => {
      return error instanceof TypeError && error.message === "not today";
    });
    const taken = await new Listener("127.0.0.1:0").ready();
    await assert.rejects(new SyncManager({ address: taken.address, authkey: "k" }).start(), { code: "ERR_LISTEN" });
    await taken.close();
  });

  test("Before the start there are no objects and no address", { timeout }, async () => {
    const manager = new SyncManager();
    await assert.rejects(manager.dict(), { code: "ERR_MANAGER_NOT_STARTED" });
    assert.throws(() => manager.address, { code: "ERR_MANAGER_NOT_STARTED" });
    await manager.shutdown();
  });

  test("Its socket lies in a folder of its own, which goes with it", { timeout }, async () => {
    const manager = await Manager();
    const { path } = manager.address as { path: string };
    assert.ok(existsSync(path));
    await manager.shutdown();
    assert.ok(!existsSync(dirname(path)));
  });

  for (const context of getAllStartMethods()) {
    test(`The folder goes too when the server is killed [${context}]`, { timeout }, async () => {
      const manager = await Manager({ context });
      const { path } = manager.address as { path: string };
      manager.serverProcess!.kill();
      await manager.shutdown();
      assert.ok(!existsSync(dirname(path)));
    });
  }

  test("A folder that a killed program left goes with the next start; others stay", { timeout }, async () => {
    const program = await Manager({ context: "process" });
    const paths = await program.Queue<string>();
    const child = new Process({ target: targets.tellPath, args: [paths], context: "process" });
    child.start();
    const left = await paths.get();
    child.kill();
    await child.join();
    const next = await Manager();
    assert.ok(!existsSync(left));
    assert.equal(await paths.qsize(), 0);
    await next.shutdown();
    await program.shutdown();
  });
});

describeInEachContext(declareSuite, "TestSyncManagerTypes", (context) => {
  let manager: SyncManager;
  before(async () => void (manager = await Manager({ context })));
  after(() => manager.shutdown());

  test("test_event: a child sees it set, and clears it", { timeout }, async () => {
    const event = await manager.Event();
    assert.equal(await event.isSet(), false);
    assert.equal(await event.wait({ timeout: 1 }), false);
    await event.set();
    await runChild(targets.useEvent, [event], context);
    assert.equal(await event.isSet(), false);
    const waiting = event.wait();
    await event.set();
    assert.equal(await waiting, true);
  });

  for (const type of ["Lock", "RLock"] as const) {
    test(`test_${type.toLowerCase()}: a child takes it; releasing a free one is refused`, { timeout }, async () => {
      const lock = await manager[type]();
      await runChild(targets.useLock, [lock], context);
      assert.equal(await lock.locked(), false);
      await assert.rejects(lock.release(), { code: type === "Lock" ? "ERR_NOT_HELD" : "ERR_NOT_OWNER" });
    });
  }

  test("An RLock is taken several times by its owner; a Lock is not", { timeout }, async () => {
    const rlock = await manager.RLock();
    await rlock.acquire();
    await rlock.acquire();
    assert.equal(await rlock.isOwned(), true);
    await rlock.release();
    assert.equal(await rlock.locked(), true);
    await rlock.release();
    assert.equal(await rlock.locked(), false);
    const lock = await manager.Lock();
    const guard = await lock.acquire();
    assert.equal(await lock.acquire({ timeout: 1 }), undefined);
    const next = lock.acquire();
    await guard.release();
    await guard.release();
    await (await next).release();
    assert.equal(await lock.locked(), false);
  });

  test("test_semaphore, test_bounded_semaphore: a child takes a permit", { timeout }, async () => {
    const semaphore = await manager.Semaphore(2);
    await runChild(targets.useSemaphore, [semaphore], context);
    assert.equal(await semaphore.value(), 2);
    await semaphore.release(2);
    assert.equal(await semaphore.value(), 4);
    const bounded = await manager.BoundedSemaphore(1);
    await runChild(targets.useSemaphore, [bounded], context);
    await assert.rejects(bounded.release(), { code: "ERR_TOO_MANY_RELEASES" });
    await bounded.acquire();
    assert.equal(await bounded.acquire({ timeout: 0 }), undefined);
  });

  test("test_condition: a child notifies; without the lock that is refused", { timeout }, async () => {
    const condition = await manager.Condition();
    await assert.rejects(condition.notify(), { code: "ERR_NOT_OWNER" });
    await assert.rejects(condition.wait(), { code: "ERR_NOT_OWNER" });
    const guard = await condition.acquire();
    assert.equal(await condition.wait({ timeout: 1 }), false);
    const waiting = condition.wait();
    await runChild(targets.useCondition, [condition], context);
    assert.equal(await waiting, true);
    let looks = 0;
    assert.equal(await condition.waitFor(() => ++looks > 0), true);
    assert.equal(await condition.waitFor(() => false, { timeout: 1 }), false);
    await guard.release();
  });

  test("test_barrier: five children come and go on", { timeout }, async () => {
    const barrier = await manager.Barrier(5);
    assert.equal(await barrier.parties(), 5);
    await Promise.all(Array.from({ length: 5 }, () => runChild(targets.useBarrier, [barrier], context)));
    assert.equal(await barrier.nWaiting(), 0);
    assert.equal(await barrier.broken(), false);
    await assert.rejects(barrier.wait({ timeout: 1 }), { name: "BrokenBarrierError" });
    await assert.rejects(barrier.wait(), { name: "BrokenBarrierError" });
    await barrier.reset();
    const numbers = await Promise.all(Array.from({ length: 5 }, () => barrier.wait()));
    assert.deepEqual(numbers.sort(), [0, 1, 2, 3, 4]);
  });

  test("test_queue, test_joinable_queue: a child gets and puts", { timeout }, async () => {
    const [there, back] = [await manager.Queue<string>(1), await manager.JoinableQueue<string>()];
    await there.put("ping");
    assert.equal(await there.full(), true);
    await assert.rejects(there.putNowait("more"), { code: "ERR_QUEUE_FULL" });
    await assert.rejects(there.put("more", { timeout: 1 }), { code: "ERR_QUEUE_FULL" });
    await runChild(targets.echo, [there, back] as never, context);
    assert.equal(await back.get(), "ping");
    assert.equal(await back.join({ timeout: 1 }), false);
    await back.taskDone();
    assert.equal(await back.join(), true);
    await assert.rejects(back.taskDone(), { code: "ERR_TOO_MANY_DONE" });
    await assert.rejects(there.getNowait(), { code: "ERR_QUEUE_EMPTY" });
    const waiting = assert.rejects(there.get(), { code: "ERR_SHUT_DOWN" });
    await there.shutdown();
    await waiting;
    await assert.rejects(there.put("late"), { code: "ERR_SHUT_DOWN" });
  });

  test("A get that is given up takes no item", { timeout }, async () => {
    const queue = await manager.Queue<number>();
    const reason = new Error("changed my mind");
    const abort = new AbortController();
    const pending = queue.get({ signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(pending, reason);
    await queue.put(1);
    assert.equal(await queue.get(), 1);
    await assert.rejects(queue.get({ signal: AbortSignal.abort(reason) }), reason);
  });

  test("test_value, test_array: items of a type", { timeout }, async () => {
    const value = await manager.Value("i", 7);
    await value.set(8);
    assert.equal(await value.get(), 8);
    await assert.rejects(value.set("8" as never), TypeError);
    await value.update((items: Int32Array, by: number) => void (items[0]! += by), 2);
    assert.equal(await value.get(), 10);
    const array = await manager.Array("d", [1, 2, 3]);
    await array.set(-1, 0.5);
    assert.deepEqual([await array.get(0), await array.size(), await array.slice(1)], [1, 3, [2, 0.5]]);
    await assert.rejects(array.get(3), RangeError);
    await assert.rejects(manager.Array("z" as "d", 3), TypeError);
  });

  test("test_pool: its workers are the server's children", { timeout }, async () => {
    const pool = await manager.Pool(2);
    assert.equal(await pool.apply(targets.double, [21]), 42);
    assert.deepEqual(await pool.map((x: number) => x + 1, [1, 2, 3]), [2, 3, 4]);
    const results: number[] = [];
    for await (const result of await pool.imap(targets.double, [1, 2, 3])) results.push(result);
    assert.deepEqual(results, [2, 4, 6]);
    await pool.terminate();
    await assert.rejects(pool.apply(targets.double, [1]), { code: "ERR_POOL_CLOSED" });
  });
});

describe("Who is lost", () => {
  test("A lock whose owner is killed or ends is poisoned until it is recovered", { timeout }, async () => {
    await withManager(async (manager) => {
      const [lock, held] = [await manager.Lock(), await manager.Event()];
      const child = new Process({ target: targets.holdLockForEver, args: [lock, held] });
      child.start();
      await held.wait();
      const waiting = assert.rejects(lock.acquire(), OwnerDiedError);
      child.kill();
      await waiting;
      assert.equal(await lock.recover(), true);
      await runChild(targets.holdLock, [lock]);
      await assert.rejects(lock.acquire(), OwnerDiedError);
      assert.equal(await lock.recover(), true);
      const guard = await lock.acquire();
      await guard.release();
    });
  });

  test("When the manager is gone pending and later calls reject", { timeout }, async () => {
    const manager = await Manager();
    const [event, dict] = [await manager.Event(), await manager.dict()];
    const pending = assert.rejects(event.wait(), ManagerLostError);
    await manager.shutdown();
    await pending;
    await assert.rejects(dict.get("any"), ManagerLostError);
    await assert.rejects(manager.dict(), ManagerLostError);
  });

  for (const context of getAllStartMethods()) {
    test(`When its process is killed they do too, in every process [${context}]`, { timeout }, async () => {
      const manager = await Manager({ context });
      // Not the manager's: it may be killed before it has answered who sets an event of its own.
      const [event, waits] = [await manager.Event(), new Event()];
      const child = new Process({ target: targets.waitInVain, args: [event, waits] });
      child.start();
      await waits.wait();
      const pending = assert.rejects(event.wait(), ManagerLostError);
      manager.serverProcess!.kill();
      await pending;
      await assert.rejects(event.isSet(), ManagerLostError);
      await child.join();
      assert.equal(child.exitCode, 0);
      await manager.shutdown();
      assert.equal(manager.serverProcess!.exitCode, -9);
    });
  }

  test("A proxy that was disposed of is not used; its object ends with the last", { timeout }, async () => {
    await withManager(async (manager) => {
      const list = await manager.list([await manager.dict([["a", 1]])]);
      const dict = await list.get(0) as Awaited<ReturnType<typeof manager.dict>>;
      const other = await list.get(0) as typeof dict;
      dict.dispose();
      await assert.rejects(dict.get("a"), ClosedError);
      assert.equal(await other.get("a"), 1);
    });
  });
});

describeInEachContext(declareSuite, "What crosses", (context) => {
  let manager: SyncManager;
  before(async () => void (manager = await Manager({ context })));
  after(() => manager.shutdown());

  test("What cannot travel is refused with its path, there and back", { timeout }, async () => {
    const dict = await manager.dict();
    const isAt = (path: string) => (error: unknown): boolean =>
      error instanceof TaskEncodingError && error.path === path;
    await assert.rejects(dict.set("f", { on: () => {} }), isAt("args[1].on"));
    const array = new SharedArray("i", 1);
    await assert.rejects(dict.set("array", array), isAt("args[1]"));
    array.dispose();
    await assert.rejects(dict.update(() => ({ on: () => {} })), isAt("result.on"));
    assert.equal(await dict.size(), 0);
  });

  test("Errors keep class, message, code, own fields and cause", { timeout }, async () => {
    const dict = await manager.dict();
    const error = await dict.update(() => {
      throw Object.assign(new RangeError("broken", { cause: new TypeError("deep") }), { code: "E_X", detail: [1] });
    }).catch((reason) => reason);
    assert.ok(error instanceof RangeError && error.cause instanceof TypeError);
    assert.deepEqual([error.message, Reflect.get(error, "code"), Reflect.get(error, "detail")], ["broken", "E_X", [
      1,
    ]]);
  });

  test("update is one step, also of an async function and from several processes", { timeout }, async () => {
    const dict = await manager.dict<string, number>();
    await Promise.all([1, 2, 3].map(() => runChild(targets.addOne as never, [dict, 20] as never)));
    assert.equal(await dict.get("count"), 60);
    await Promise.all(Array.from({ length: 5 }, () =>
      dict.update(async (map: Map<string, number>) => {
        const count = map.get("count")!;
        await new Promise((resolve) => setTimeout(resolve, 1));
        map.set("count", count + 1);
      })));
    assert.equal(await dict.get("count"), 65);
  });

  test("A proxy stays usable for who gets it, whatever became of the sender's", { timeout }, async () => {
    const queue = await manager.Queue();
    const inner = await manager.list([1]);
    await queue.put(inner);
    inner.dispose();
    const again = await queue.get() as typeof inner;
    assert.equal(await again.get(0), 1);
    await runChild(targets.keepProxy, [again]);
  });

  test("A proxy of another manager stays a proxy of that one", { timeout }, async () => {
    const other = await Manager();
    const [list, dict] = [await manager.list(), await other.dict([["whose", "the other's"]])];
    await list.append(dict);
    await list.append(await manager.dict([["whose", "its own"]]));
    const [theirs, own] = await list.slice() as [typeof dict, typeof dict];
    assert.deepEqual([await theirs.get("whose"), await own.get("whose")], ["the other's", "its own"]);
    await theirs.set("whose", "changed");
    assert.equal(await dict.get("whose"), "changed");
    await other.shutdown();
    await assert.rejects(theirs.get("whose"), ManagerLostError);
  });

  test("What is put in and got out is copied", { timeout }, async () => {
    const list = await manager.list<{ items: number[] }>();
    const given = { items: [1] };
    await list.append(given);
    given.items.push(2);
    const found = await list.get(0);
    found.items.push(3);
    assert.deepEqual(await list.get(0), { items: [1] });
  });
});
